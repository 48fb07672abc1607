/** A file that the browser loads. */
export interface PageFile {
  /** With a hash of what is in it. */
  readonly name: string;
  readonly type: string;
  readonly text: string;
}

/** The page as it was built: `scripts/page.mjs` makes it from `page/`, and the build puts it here. */
export const PAGE_FILES: readonly PageFile[] = [];
