const VOID = new Set(['meta', 'link', 'br', 'hr', 'img', 'input']);

/** What of a page is not well-formed: tags that do not match, attributes unquoted or twice, ids twice, links to no id. */
export function markupFaults(page: string): string[] {
  const faults: string[] = [];
  const open: string[] = [];
  const ids: string[] = [];
  const targets: string[] = [];
  const body = page.replace(/^<!doctype html>\n/, '').replace(/<style>[^<]*<\/style>/g, '');
  const outside = body.replace(
    /<(\/?)([a-zA-Z][a-zA-Z0-9]*)((?:\s+[\w-]+(?:="[^"<>]*")?)*)\s*(\/?)>/g,
    (tag, ...found) => {
      const [isEnd, name, rest, isClosed] = found as [string, string, string, string];
      const attributes = [...rest.matchAll(/([\w-]+)(?:="([^"]*)")?/g)];
      const names = attributes.map(([, one]) => one);
      if (new Set(names).size !== names.length) faults.push(`an attribute twice in ${tag}`);
      for (const [, one, value] of attributes) {
        if (one === 'id') ids.push(value!);
        if (one === 'href' && value!.startsWith('#')) targets.push(value!.slice(1));
        if (one?.startsWith('aria-') && /by$/.test(one)) targets.push(...value!.split(' '));
      }
      if (isEnd === '/') {
        const last = open.pop();
        if (last !== name) faults.push(`</${name}> ends <${last}>`);
      } else if (!VOID.has(name) && isClosed !== '/') open.push(name);
      return '';
    },
  );
  if (open.length > 0) faults.push(`never ended: ${open.join(', ')}`);
  if (/[<>]/.test(outside)) faults.push(`no tag: ${/.{0,30}[<>].{0,30}/.exec(outside)?.[0]}`);
  if (/&(?!(?:amp|lt|gt|quot|#\d+);)/.test(outside)) faults.push('an & that is none');
  faults.push(...ids.filter((id, index) => ids.indexOf(id) !== index).map((id) => `id ${id} twice`));
  faults.push(...targets.filter((id) => !ids.includes(id)).map((id) => `no id ${id}`));
  return faults;
}
