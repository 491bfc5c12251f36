/** The glue that wasm-bindgen made for bundlers: the classes of umbral-pre, over a module that is set first. */
declare module '@nucypher/umbral-pre/pkg-bundler/umbral_pre_wasm_bg.js' {
  export * from '@nucypher/umbral-pre';
  export function __wbg_set_wasm(exports: WebAssembly.Exports): void;
}
