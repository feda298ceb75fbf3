import uPlot from 'uplot';
import type { ExplorerView } from '../explorerMessages.ts';

const HEIGHT = 220;

/** Calls over time as stacked bars, in the theme's colours and told apart by pattern, too. */
export class Chart {
  readonly #place: HTMLElement;
  #plot: uPlot | undefined;
  #view: Pick<ExplorerView, 'times' | 'series' | 'step'> | undefined;

  constructor(place: HTMLElement) {
    this.#place = place;
    new ResizeObserver(() => this.#plot?.setSize({ width: place.clientWidth, height: HEIGHT })).observe(place);
    // VS Code says by the body's class that the theme changed.
    new MutationObserver(() => this.#draw()).observe(document.body, {
      attributeFilter: ['class', 'data-vscode-theme-id'],
    });
  }

  show(view: ExplorerView): void {
    this.#view = view;
    this.#draw();
  }

  #draw(): void {
    const view = this.#view;
    if (!view) return;
    this.#plot?.destroy();
    const [answered = [], failed = [], blocked = []] = view.series;
    const times = [...view.times];
    // From the whole down: each bar covers the lower part of the one before.
    // Nothing is drawn where there is nothing: a bar without height would still have its line.
    const sum = (...parts: readonly (readonly number[])[]): (number | null)[] =>
      times.map((_, i) => parts.reduce((total, part) => total + (part[i] ?? 0), 0) || null);
    const stacked: uPlot.AlignedData = [times, sum(answered, failed, blocked), sum(failed, blocked), sum(blocked)];
    const foreground = colour('--vscode-foreground');
    const grid = colour('--vscode-panel-border') || foreground;
    const axis: uPlot.Axis = {
      stroke: foreground,
      grid: { stroke: grid, width: 1 },
      ticks: { stroke: grid, width: 1 },
    };
    const bars = uPlot.paths.bars?.({ size: [0.9, 60], align: 1 });
    const series = (name: string, fill: () => string | CanvasPattern): uPlot.Series => ({
      stroke: colour(name),
      width: 1,
      fill: fill as () => string,
      points: { show: false },
      ...(bars ? { paths: bars } : {}),
    });
    const highest = Math.max(1, ...(stacked[1] ?? []).map((count) => count ?? 0));
    this.#plot = new uPlot(
      {
        width: this.#place.clientWidth,
        height: HEIGHT,
        legend: { show: false },
        cursor: { show: false },
        scales: {
          x: { time: true, range: [times[0] ?? 0, (times.at(-1) ?? 0) + view.step] },
          y: { range: [0, highest * 1.05] },
        },
        axes: [
          axis,
          { ...axis, size: 56, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 5e4, 1e5, 5e5, 1e6] },
        ],
        series: [
          {},
          series('--vscode-charts-green', () => colour('--vscode-charts-green')),
          series('--vscode-charts-yellow', () => hatched('--vscode-charts-yellow', 'across')),
          series('--vscode-charts-red', () => hatched('--vscode-charts-red', 'diagonal')),
        ],
      },
      stacked,
      this.#place,
    );
  }
}

function colour(name: string): string {
  return getComputedStyle(document.body).getPropertyValue(name).trim();
}

/** Stripes on the editor's background, so that nothing hangs on the colour alone. */
function hatched(name: string, direction: 'across' | 'diagonal'): string | CanvasPattern {
  const tile = document.createElement('canvas');
  tile.width = 8;
  tile.height = 8;
  const pen = tile.getContext('2d');
  if (!pen) return colour(name);
  pen.fillStyle = colour('--vscode-editor-background');
  pen.fillRect(0, 0, 8, 8);
  pen.strokeStyle = colour(name);
  pen.lineWidth = 3;
  pen.beginPath();
  if (direction === 'across') {
    pen.moveTo(0, 4);
    pen.lineTo(8, 4);
  } else {
    for (const shift of [-8, 0, 8]) {
      pen.moveTo(shift, 8);
      pen.lineTo(shift + 8, 0);
    }
  }
  pen.stroke();
  return pen.createPattern(tile, 'repeat') ?? colour(name);
}
