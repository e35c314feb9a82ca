/** Text in XML: JUnit reports and SVG pictures. */

const ENTITY: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** Text for an element or attribute. What XML 1.0 forbids even as a character reference has been made visible before. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITY[character]!);
}
