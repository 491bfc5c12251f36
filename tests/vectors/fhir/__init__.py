"""FHIR R4 for the browser: the table it validates by, and samples that Python and TypeScript judge alike."""
