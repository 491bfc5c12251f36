"""How people work with a page: by a pointer, or by the keyboard alone. The story is told once, with either hand.

The keyboard's hand reaches a control as somebody without a pointer does, by Tab and Shift+Tab from where the focus is,
and fails where such a person would be lost: the focus cannot be seen, stands still, or never comes to the control.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol

from playwright.sync_api import Frame, Locator, Page, expect

PRESSES = 120
"""Most presses of Tab from anywhere on a page to any control of it."""
FEW = 8
"""Presses after which somebody at the top of a page takes the link that skips to its main content."""

STOPS = 5
"""One more than the stops of a date field: month, day, year and its calendar."""

GRACE, GRACE_MS = 10, 200

WHERE = """() => {
    const focused = document.activeElement;
    if (focused === null || focused === document.body) return null;
    globalThis.keyboardWasHere ??= new Map();
    const stops = globalThis.keyboardWasHere;
    stops.set(focused, stops.get(focused) ?? stops.size + 1);
    const box = focused.getBoundingClientRect();
    // What is hidden from sight is stood for by its label: a file input that looks like a button.
    const mark = box.width > 1 && box.height > 1 ? focused : (focused.labels?.[0] ?? focused);
    const style = getComputedStyle(mark);
    const outlined = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0;
    const place = mark.getBoundingClientRect();
    return {
        tag: focused.tagName,
        words: `stop ${stops.get(focused)}: ${focused.outerHTML.slice(0, 160)}`,
        marked: (outlined || style.boxShadow !== 'none') && place.width > 1 && place.height > 1,
    };
}"""
IS_KEPT = """() => !globalThis.keyboardWasHere || !document.hasFocus()
    || ![null, document.body].includes(document.activeElement)"""
IS_FOCUSED = "element => document.hasFocus() && document.activeElement === element"
GROUP_IS_FOCUSED = """element => document.hasFocus() && document.activeElement?.type === 'radio'
    && document.activeElement.name === element.name"""
COMES_EARLIER = """element => {
    const focused = document.activeElement;
    return focused !== null && focused !== document.body
        && Boolean(focused.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_PRECEDING);
}"""
IS_FAR = """(element, few) => {
    if (document.activeElement !== document.body || !element.closest('main')) return false;
    const stops = [...document.querySelectorAll('a[href], button, input, select, summary')];
    return stops.filter((stop) => stop.checkVisibility()
        && stop.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING).length > few;
}"""
CHOSEN = "element => [element.selectedIndex, [...element.options].map((option) => [option.value, option.label])]"


class Hand(Protocol):
    """What somebody does to a control of a page."""

    def press(self, control: Locator) -> None:
        """Use a button, a link or what folds something out."""

    def write(self, field: Locator, text: str) -> None:
        """Put text into a field in place of what is there."""

    def date(self, field: Locator, day: date) -> None:
        """Put a day into a date field."""

    def choose(self, choice: Locator, title: str) -> None:
        """Choose from a drop-down list by an option's words or value."""

    def tick(self, box: Locator) -> None:
        """Tick a check box, or choose a radio button."""

    def give(self, place: Locator, file: Path) -> None:
        """Choose a file."""


@dataclass
class Pointer:
    """A mouse or a finger."""

    page: Page

    def press(self, control: Locator) -> None:
        control.click()

    def write(self, field: Locator, text: str) -> None:
        field.fill(text)

    def date(self, field: Locator, day: date) -> None:
        field.fill(day.isoformat())

    def choose(self, choice: Locator, title: str) -> None:
        choice.select_option(title)

    def tick(self, box: Locator) -> None:
        box.check()

    def give(self, place: Locator, file: Path) -> None:
        place.set_input_files(file)


@dataclass
class Keyboard:
    """The keyboard alone."""

    page: Page

    def __post_init__(self) -> None:
        # Whoever listens only while a key is pressed comes too late for the chooser that the key opens.
        self.page.on("filechooser", lambda _: None)

    def press(self, control: Locator) -> None:
        expect(control).to_be_enabled()
        self.reach(control)
        is_link = control.evaluate("element => element.tagName === 'A'")
        self.page.keyboard.press("Enter" if is_link else "Space")

    def write(self, field: Locator, text: str) -> None:
        self.reach(field)
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.type(text)
        expect(field).to_have_value(text)

    def date(self, field: Locator, day: date) -> None:
        self.reach(field)
        self.page.keyboard.type(f"{day:%m%d%Y}")  # In the order of the browser's language, American English.
        expect(field).to_have_value(day.isoformat())

    def choose(self, choice: Locator, title: str) -> None:
        self.reach(choice)
        now, options = choice.evaluate(CHOSEN)
        wanted = next(index for index, option in enumerate(options) if title in option)
        for _ in range(abs(wanted - now)):
            self.page.keyboard.press("ArrowDown" if wanted > now else "ArrowUp")
        expect(choice).to_have_value(options[wanted][0])

    def tick(self, box: Locator) -> None:
        if box.get_attribute("type") == "radio":
            self.reach(box, GROUP_IS_FOCUSED)
            for _ in range(PRESSES):
                if box.is_checked():
                    break
                self.page.keyboard.press("ArrowDown")
        else:
            self.reach(box)
            if not box.is_checked():
                self.page.keyboard.press("Space")
        expect(box).to_be_checked()

    def give(self, place: Locator, file: Path) -> None:
        self.reach(place)
        with self.page.expect_file_chooser() as asked:
            self.page.keyboard.press("Enter")
        asked.value.set_files(file)

    def reach(self, control: Locator, reached: str = IS_FOCUSED) -> None:
        """Bring the focus to a control by the keys that move it, or fail and say where it went instead."""
        control.wait_for()
        for frame in self.page.frames:
            assert self._keeps_focus(frame), f"the page let go of the focus, on the way to {control}"
        if control.evaluate(reached):
            return
        self._skip_to_main(control)
        key = "Shift+Tab" if self._comes_earlier(control) else "Tab"
        passed: list[str] = []
        for _ in range(PRESSES):
            if control.evaluate(reached):
                return
            self.page.keyboard.press(key)
            passed.append(self._look_at_focus())
            assert passed[-STOPS:] != [passed[-1]] * STOPS, f"{key} does not leave {passed[-1]}"
        raise AssertionError(f"{PRESSES} presses of {key} do not reach {control}; the last stops: {passed[-20:]}")

    def _skip_to_main(self, control: Locator) -> None:
        """From the top of a page, past its header, where that saves presses."""
        frame = _frame_of(control)
        outermost = control if frame.parent_frame is None else frame.frame_element()
        if not outermost.evaluate(IS_FAR, FEW):
            return
        self.page.keyboard.press("Tab")
        skip = self.page.locator("a.skip")
        assert skip.evaluate(IS_FOCUSED), "the first stop is the link to the main content"
        self._look_at_focus()
        self.page.keyboard.press("Enter")

    def _comes_earlier(self, control: Locator) -> bool:
        """Whether a control lies before the focus, in its own document or by the frame that the focus is in."""
        frame = _frame_of(control)
        if frame.parent_frame is not None and not frame.evaluate("document.hasFocus()"):
            return bool(frame.frame_element().evaluate(COMES_EARLIER))
        return bool(control.evaluate(COMES_EARLIER))

    def _keeps_focus(self, frame: Frame) -> bool:
        """Whether something has the focus of a page that was worked with; the page has some time to give it back."""
        for _ in range(GRACE):
            if not frame.url.startswith("http") or frame.evaluate(IS_KEPT):
                return True
            self.page.wait_for_timeout(GRACE_MS)
        return False

    def _look_at_focus(self) -> str:
        """What has the focus; asserts that it can be seen."""
        focused = self.page.evaluate(WHERE)
        if focused is not None and focused["tag"] == "IFRAME":
            held = self.page.evaluate_handle("document.activeElement").as_element()
            inner = held.content_frame() if held is not None else None
            focused = inner.evaluate(WHERE) if inner is not None else None
        if focused is None:
            return ""  # Between the last stop of a document and the first, where a browser has its own controls.
        assert focused["marked"], f"the focus cannot be seen on {focused['words']}"
        return str(focused["words"])


def _frame_of(control: Locator) -> Frame:
    frame = control.element_handle().owner_frame()
    assert frame is not None, f"{control} is in no document"
    return frame
