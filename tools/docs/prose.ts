/** A document without its fenced blocks. */
export function proseOf(markdown: string): string {
  return markdown.replaceAll(/^( *)(`{3,})[^]*?^\1\2$/gm, "");
}
