/**
 * Parts one page of TypeDoc's by its chapters: a page for each, and an index of all names in the place of the page. Whatever
 * links to a name finds it on its new page, from the other pages too.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @param {string} folder where the pages are
 * @param {string} name the page that is parted
 */
export function partPage(folder, name) {
  const whole = readFileSync(join(folder, name), 'utf8');
  const chapters = chaptersIn(whole);
  const pageOf = new Map(chapters.flatMap(({ page, anchors }) => [...anchors.keys()].map((anchor) => [anchor, page])));
  // TypeDoc numbers what differs by its case only, or by being a function, in a way of its own: a name is surer.
  const byName = new Map(chapters.flatMap(({ names }) => names.map(({ text, anchor }) => [text.replace('()', ''), anchor])));
  const linked = new Set(byName.values());
  const relinked = (text, at) =>
    text.replaceAll(/\[([^\]]*)\]\(([\w.-]*)#([^)\s]+)\)/g, (link, said, to, given) => {
      const isHere = to === name || (to === '' && at !== undefined);
      if (!isHere) return link;
      const anchor = byName.get(said.replaceAll(/`|\(\)/g, '')) ?? given;
      const page = pageOf.get(anchor);
      if (page === undefined) throw new Error(`${name}: nothing is called #${anchor}`);
      linked.add(anchor);
      return `[${said}](${page === at ? '' : page}#${anchor})`;
    });
  for (const other of readdirSync(folder).filter((one) => one !== name)) {
    const text = readFileSync(join(folder, other), 'utf8');
    writeFileSync(join(folder, other), relinked(text));
  }
  const pages = chapters.map((chapter) => ({ ...chapter, text: relinked(chapter.lines.join('\n'), chapter.page) }));
  for (const { page, title, text, anchors } of pages) writeFileSync(join(folder, page), `# ${title}\n${named(text, anchors, linked)}`);
  const [head] = whole.split('\n## ', 1);
  const index = chapters.map(({ page, title, names }) => {
    const list = names.map(({ text, anchor }) => `[${text}](${page}#${anchor})`).join(' · ');
    return `## [${title}](${page})\n\n${list}\n`;
  });
  writeFileSync(join(folder, name), [`${head.trimEnd()}\n`, ...index].join('\n'));
}

/** What stands below each heading of the second level, with the anchors of all headings and the line that has each. */
function chaptersIn(text) {
  const chapters = [];
  const used = new Map();
  let isCode = false;
  for (const line of text.split('\n')) {
    if (line.startsWith('```')) isCode = !isCode;
    const [, marks, title] = (!isCode && /^(#+) (.*)$/.exec(line)) || [];
    const anchor = title === undefined ? undefined : counted(slugOf(title), used);
    if (marks === '##') chapters.push({ page: `${slugOf(title)}.md`, title, lines: [], anchors: new Map(), names: [] });
    const chapter = chapters.at(-1);
    if (chapter === undefined || marks === '##') continue;
    if (anchor !== undefined) chapter.anchors.set(anchor, chapter.lines.length);
    if (marks === '###') chapter.names.push({ text: title, anchor });
    for (const [, id] of line.matchAll(/<a id="([^"]+)"/g)) chapter.anchors.set(id, undefined);
    chapter.lines.push(marks === undefined ? line : line.slice(1));
  }
  return chapters;
}

/** A heading is counted among those of its page: where a link names one by its old number, the number is written down. */
function named(text, anchors, linked) {
  const lines = text.split('\n');
  const used = new Map();
  const added = new Map();
  const byLine = new Map([...anchors].flatMap(([anchor, line]) => (line === undefined ? [] : [[line, anchor]])));
  for (const [line, anchor] of [...byLine].sort(([a], [b]) => a - b)) {
    const now = counted(slugOf(lines[line].replace(/^#+ /, '')), used);
    if (now !== anchor && linked.has(anchor)) added.set(line, `<a id="${anchor}"></a>\n\n`);
  }
  return lines.map((line, index) => (added.get(index) ?? '') + line).join('\n');
}

/** As GitHub makes it. */
function slugOf(title) {
  return title
    .replaceAll(/\\|<[^>]*>/g, '')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(/\s/g, '-');
}

function counted(slug, used) {
  const times = used.get(slug) ?? 0;
  used.set(slug, times + 1);
  return times === 0 ? slug : `${slug}-${times}`;
}
