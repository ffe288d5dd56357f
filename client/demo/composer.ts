/** Where people write, and choose, drop or paste files. */

import { element } from "./element.ts";

/** Who gets what was composed. */
export interface ComposerListener {
  /** False: nobody is here, and the text is kept. */
  onText(text: string): boolean;
  onFiles(files: readonly File[]): void;
  readonly signal: AbortSignal;
}

/** Listens until `signal` is aborted. */
export function openComposer(
  { onText, onFiles, signal }: ComposerListener,
): void {
  const form = element<HTMLFormElement>("composer");
  const text = element<HTMLTextAreaElement>("text");
  const chosen = element<HTMLInputElement>("files");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (text.value.trim() !== "" && onText(text.value)) text.value = "";
    text.focus();
  }, { signal });
  text.addEventListener("keydown", (event) => {
    // Whoever composes a character ends it by Enter.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  }, { signal });
  text.addEventListener("paste", (event) => {
    const files = [...event.clipboardData?.files ?? []];
    if (files.length === 0) return;
    event.preventDefault();
    onFiles(files);
  }, { signal });
  element("choose-files").addEventListener("click", () => chosen.click(), {
    signal,
  });
  chosen.addEventListener("change", () => {
    onFiles([...chosen.files ?? []]);
    chosen.value = ""; // the same file may be chosen again
  }, { signal });
  takeDrops(onFiles, signal);
}

/** Files may be dropped anywhere: beside the target a browser would open them instead of the page. */
function takeDrops(
  onFiles: (files: readonly File[]) => void,
  signal: AbortSignal,
): void {
  const { classList } = document.body;
  const end = () => classList.remove("dropping");
  document.addEventListener("dragover", (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    classList.add("dropping");
  }, { signal });
  document.addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) end(); // out of the window
  }, { signal });
  document.addEventListener("drop", (event) => {
    end();
    const files = [...event.dataTransfer?.files ?? []];
    if (files.length === 0) return;
    event.preventDefault();
    onFiles(files);
  }, { signal });
  signal.addEventListener("abort", end);
}
