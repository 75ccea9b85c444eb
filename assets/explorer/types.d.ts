// What the payload holds and what the modules hand each other; for the type checker only, never served.

import type { Panel } from "./panel.mjs";

export interface Packed { shape: number[]; data: string }
export interface Values { shape: number[]; data: Float32Array }
export type Outputs = Record<string, Values>;
export type Lookup = (name: string) => Values | number | string | string[] | undefined;
export type Saying = string | { by: string; texts: string[] };
export interface Feed { name: string; dtype: "float32" | "int64" | "bool"; shape: number[]; data: any }

export interface Control {
  name: string; kind: string; label: string; start: any;
  low?: number; high?: number; step?: number | null; log?: boolean; integer?: boolean; marks?: [number, string][]; unit?: string;
  options?: string[]; values?: Packed[];
  largest?: number | null;
  examples?: [string, Packed][]; upload?: boolean; paint?: boolean;
  vocabulary?: string[]; length?: number;
  panel?: string; x?: [number, number]; y?: [number, number]; names?: string[];
  panels?: string[]; sizes?: Record<string, [number, number]>;
  shape?: number[]; bank?: Packed[];
}

export interface PanelSpec {
  name: string;
  figure: any;
  landings: { path: (string | number)[]; output: string; take: number[] | null; shape: number[] }[];
  texts: { path: (string | number)[]; format: string }[];
  words: { path: (string | number)[]; control: string }[];
}

export interface Stored { label: string; values: Record<string, any>; outputs: Record<string, Packed> }

export interface Payload {
  name: string; title: string; look_for: string; code: string;
  controls: Control[];
  inputs: { name: string; feed?: string; dtype: Feed["dtype"]; shape: number[] }[]; // feed: its name in the model
  outputs: { name: string; shape: number[]; result?: string }[]; // result: its name in the model
  state: Record<string, Packed> | null;
  panels: PanelSpec[];
  says: Saying; readouts: Saying[]; challenges: { text: string; met: string }[];
  stored: Stored[];
  model: string; model_bytes: number;
}

export interface Widget {
  parts: (Node | string)[];
  show(value: any): void;
  value?: Node; // stands beside the label
  group?: "group" | "radiogroup" | "none"; // instead of a label for one input
  drawn?(): void; // the panels are there
  forget?(): void; // the reader started anew
  disable?(off: boolean): void;
}

export type Builder = (control: Control, id: string, move: (value: any) => void, panels: Panel[]) => Widget;

declare global {
  interface Window {
    dlbookPlots: { inSpace(types: string[]): boolean; draw(host: Element, figure: any, sentence: string, buttons?: false | "hover"): Promise<any> };
    dlbookExplorers: Map<string, any>;
  }
}
