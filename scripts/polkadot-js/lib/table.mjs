// Tables of fixed width, whole or line by line.

/** Text cut or padded to `width`; negative widths align to the right. */
export function cell(text, width) {
  const room = Math.abs(width);
  const shown = text.length > room ? `${text.slice(0, room - 1)}…` : text;
  return width < 0 ? shown.padStart(room) : shown.padEnd(room);
}

/** One line of a table with these widths. */
export function line(cells, widths) {
  const padded = cells.map((text, index) => cell(text, widths[index]));
  return padded.join('  ').trimEnd();
}

/** A table as text. Columns whose cells below the head are numbers or "-" are aligned to the right. */
export function table(head, rows) {
  const widths = head.map((title, column) => {
    const cells = rows.map((row) => row[column]);
    const width = Math.max(title.length, ...cells.map((text) => text.length));
    const numeric = cells.length > 0 && cells.every((text) => /^-?[\d.]*$/.test(text));
    return numeric ? -width : width;
  });
  const rule = widths.map((width) => '-'.repeat(Math.abs(width)));
  return [head, rule, ...rows].map((cells) => line(cells, widths)).join('\n');
}

/** A number with so many digits after the point, or "-" for null. */
export const fixed = (value, digits) => (value === null ? '-' : value.toFixed(digits));

/** The fewest leading words that tell each name from the others. */
export function shortNames(names) {
  const first = (name, words) => name.split(' ').slice(0, words).join(' ');
  const isUnique = (name, words) =>
    names.every((other) => other === name || first(other, words) !== first(name, words));
  return names.map((name) => {
    let words = 1;
    while (first(name, words) !== name && !isUnique(name, words)) words += 1;
    return first(name, words);
  });
}
