import ELK, { type ElkEdgeSection, type ElkNode } from 'elkjs';
import type { Arrow, Box, Category, Group, Model } from './model';

const FONT = 'Helvetica, Arial, sans-serif';
const BOX_HEIGHT = 42;
const HEADER = 52;
const MARGIN = 24;

/** Background by depth: the sheet, a stack, a release. */
const FILLS = ['#ffffff', '#f5f7fa', '#eef7f4'];

/** Beginning of the ids of arrows that only arrange boxes. */
const HIDDEN = 'hidden ';

/** Border and bar of a box. */
const COLOURS: Readonly<Record<Category, string>> = {
  entry: '#8c4fff',
  network: '#5b6b7b',
  compute: '#ed7100',
  data: '#2e6fdb',
  release: '#1f8a70',
  delivery: '#b0084d',
  watch: '#c2185b',
};

/** Width of a text in a common sans-serif font; near enough to leave room for it. */
function widthOf(text: string, size: number, bold = false): number {
  let units = 0;
  for (const character of text) units += /[ilj.,:' ]/.test(character) ? 0.32 : /[A-Zmw@]/.test(character) ? 0.76 : 0.6;
  return Math.ceil(units * size * (bold ? 1.06 : 1));
}

function boxWidth({ title, subtitle }: Box): number {
  return Math.max(widthOf(title, 13, true), widthOf(subtitle, 11)) + 26;
}

const SPACING = {
  'elk.algorithm': 'layered',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.json.edgeCoords': 'ROOT',
  'elk.layered.spacing.nodeNodeBetweenLayers': '34',
  'elk.layered.spacing.edgeNodeBetweenLayers': '14',
  'elk.spacing.nodeNode': '18',
  'elk.spacing.edgeNode': '14',
  'elk.spacing.componentComponent': '24',
  'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
  'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
};

/** The picture as SVG: above the way of a request through the resources, below the stacks in the order of deployment. */
export async function draw({ groups, arrows, stacks, dependencies }: Model, title: string): Promise<string> {
  const resources = await layout({
    id: 'resources',
    layoutOptions: {
      ...SPACING,
      'elk.direction': 'DOWN',
      'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
      'elk.aspectRatio': '1.1',
    },
    children: groups.map(groupNode),
    edges: [...arrows, ...columns(groups, arrows)].map(edge),
  });
  const order = await layout({
    id: 'order',
    layoutOptions: { ...SPACING, 'elk.direction': 'RIGHT' },
    children: stacks.map((box) => ({ id: box.id, width: boxWidth(box), height: BOX_HEIGHT, labels: [] })),
    edges: dependencies.map(({ from, to }) => edge({ from: `stack ${from}`, to: `stack ${to}` })),
  });

  const width = Math.ceil(Math.max(resources.width ?? 0, order.width ?? 0)) + 2 * MARGIN;
  const orderTop = Math.ceil(resources.height ?? 0) + 92;
  const height = orderTop + Math.ceil(order.height ?? 0) + MARGIN + 8;
  const drawing = new Drawing(groups, stacks);
  const centre = (drawn: ElkNode) => Math.round((width - (drawn.width ?? 0)) / 2);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${FONT}" role="img" aria-label="${escape(title)}">`,
    '<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path d="M0,0.8 L7,4 L0,7.2 Z" fill="#5b6b7b"/></marker></defs>',
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    heading(title, 34),
    `<g transform="translate(${centre(resources)},48)">`,
    ...drawing.node(resources, 0),
    ...drawing.captions(resources),
    '</g>',
    heading('Order of deployment', orderTop - 8),
    `<g transform="translate(${centre(order)},${orderTop})">`,
    ...drawing.node(order, 0),
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

function heading(text: string, y: number): string {
  return `<text x="${MARGIN + 12}" y="${y}" font-size="17" font-weight="bold" fill="#1c2733">${escape(text)}</text>`;
}

async function layout(graph: ElkNode): Promise<ElkNode> {
  return new ELK().layout(graph);
}

function groupNode({ id, title, subtitle, boxes, groups }: Group): ElkNode {
  // A caption that is wider than everything below it would stand over the border.
  const caption = Math.max(widthOf(title, 14, true), widthOf(subtitle, 11));
  const room = boxes.reduce((sum, box) => sum + boxWidth(box), 0) + groups.length * caption;
  return {
    id,
    layoutOptions: {
      'elk.padding': `[top=${HEADER},left=14,bottom=14,right=14]`,
    },
    children: [
      ...boxes.map((box, i) => ({
        id: box.id,
        width: i === 0 && room < caption ? caption : boxWidth(box),
        height: BOX_HEIGHT,
      })),
      ...groups.map(groupNode),
    ],
  };
}

/** Invisible arrows that put boxes without any of their own below each other. */
function columns(groups: readonly Group[], arrows: readonly Arrow[]): (Arrow & { invisible: boolean })[] {
  const connected = new Set(arrows.flatMap(({ from, to }) => [from, to]));
  return groups.flatMap(({ boxes }) => {
    const alone = boxes.filter(({ id }) => !connected.has(id));
    return alone.slice(1).map(({ id }, i) => ({ from: alone[i]?.id ?? '', to: id, invisible: true }));
  });
}

function edge({ from, to, invisible }: Arrow & { invisible?: boolean }) {
  return { id: `${invisible ? HIDDEN : ''}${from} ${to}`, sources: [from], targets: [to] };
}

/** Turns laid-out nodes into SVG elements. */
class Drawing {
  private readonly boxes: ReadonlyMap<string, Box>;
  private readonly groups: ReadonlyMap<string, Group>;

  constructor(groups: readonly Group[], stacks: readonly Box[]) {
    const all = (list: readonly Group[]): Group[] => list.flatMap((group) => [group, ...all(group.groups)]);
    this.groups = new Map(all(groups).map((group) => [group.id, group]));
    this.boxes = new Map([...all(groups).flatMap(({ boxes }) => boxes), ...stacks].map((box) => [box.id, box]));
  }

  /** Titles of the groups, above the arrows, which may cross them. */
  captions({ id, x = 0, y = 0, children = [] }: ElkNode, left = 0, top = 0, depth = 0): string[] {
    const group = this.groups.get(id);
    const at = (dy: number) => `x="${round(left + x + 14)}" y="${round(top + y + dy)}"`;
    const halo = `paint-order="stroke" stroke="${FILLS[Math.min(depth, 2)]}" stroke-width="5" stroke-linejoin="round"`;
    return [
      ...(group
        ? [
            `<text ${at(21)} font-size="14" font-weight="bold" fill="#1c2733" ${halo}>${escape(group.title)}</text>`,
            `<text ${at(36)} font-size="11" fill="#5b6b7b" ${halo}>${escape(group.subtitle)}</text>`,
          ]
        : []),
      ...children.flatMap((child) => this.captions(child, left + x, top + y, depth + 1)),
    ];
  }

  node({ id, x = 0, y = 0, width = 0, height = 0, children = [], edges = [] }: ElkNode, depth: number): string[] {
    const inner = [
      ...children.flatMap((child) => this.node(child, depth + 1)),
      ...edges.filter(({ id: name }) => !name.startsWith(HIDDEN)).flatMap(({ sections = [] }) => sections.map(line)),
    ];
    const group = this.groups.get(id);
    const box = this.boxes.get(id);
    const at = `transform="translate(${round(x)},${round(y)})"`;
    if (group) {
      return [
        `<g ${at}>`,
        `<rect width="${round(width)}" height="${round(height)}" rx="8" fill="${FILLS[Math.min(depth, 2)]}" stroke="${depth > 1 ? '#9ccdbf' : '#c5ced8'}"/>`,
        ...inner,
        '</g>',
      ];
    }
    if (box) {
      const colour = COLOURS[box.category];
      return [
        `<g ${at}>`,
        `<rect width="${round(width)}" height="${round(height)}" rx="5" fill="#ffffff" stroke="${colour}"/>`,
        `<path d="M5,0 h2 v${round(height)} h-2 a5,5 0 0 1 -5,-5 v-${round(height) - 10} a5,5 0 0 1 5,-5 z" fill="${colour}"/>`,
        `<text x="15" y="${box.subtitle ? 18 : 26}" font-size="13" font-weight="bold" fill="#1c2733">${escape(box.title)}</text>`,
        `<text x="15" y="33" font-size="11" fill="#5b6b7b">${escape(box.subtitle)}</text>`,
        '</g>',
      ];
    }
    return inner;
  }
}

function line({ startPoint, bendPoints = [], endPoint }: ElkEdgeSection): string {
  const points = [startPoint, ...bendPoints, endPoint].map(({ x, y }) => `${round(x)},${round(y)}`).join(' ');
  return `<polyline points="${points}" fill="none" stroke="#5b6b7b" stroke-width="1.4" stroke-linejoin="round" marker-end="url(#arrow)"/>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
