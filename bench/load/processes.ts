/** Processes beside this one: pinned to a processor, and what they use. Linux. */

/** Processor time of one tick of `/proc`; USER_HZ is 100 on every Linux there is. */
const TICK_MS = 10;

/** What processes have used so far, and hold now. */
export interface Usage {
  readonly cpuMs: number;
  readonly rssBytes: number;
}

/** A process that was started here. */
export interface Child {
  readonly pid: number;
  /** The lines that it writes; read them, or it stops when the pipe is full. */
  readonly lines: ReadableStreamDefaultReader<string>;
  /** Ends it, waits until it has ended and gives its exit status. */
  stop(): Promise<number>;
}

/** Ties all threads of this process to one processor. */
export async function pinThisProcess(processor: number): Promise<void> {
  const { success, stderr } = await new Deno.Command("taskset", {
    args: ["-a", "-p", "-c", `${processor}`, `${Deno.pid}`],
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

/** Starts a program, tied to one processor or to none, in the project's folder; its errors go to our own. */
export function startPinned(
  processor: number | "any",
  command: readonly string[],
): Child {
  const pin = processor === "any" ? [] : ["taskset", "-c", `${processor}`];
  const [program, ...args] = [...pin, ...command];
  const child = new Deno.Command(program!, {
    args,
    cwd: new URL("../../", import.meta.url),
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const lines = child.stdout.pipeThrough(new TextDecoderStream())
    .pipeThrough(lineStream()).getReader();
  return {
    pid: child.pid,
    lines,
    async stop() {
      try {
        child.kill("SIGTERM");
      } catch { /* it has ended by itself */ }
      const timer = setTimeout(() => child.kill("SIGKILL"), 5000);
      while (!(await lines.read()).done);
      const { code } = await child.status;
      clearTimeout(timer);
      return code;
    },
  };
}

/** The first line that matches. Throws when the program ends before. */
export async function lineOf(
  { lines }: Child,
  pattern: RegExp,
): Promise<RegExpExecArray> {
  while (true) {
    const { done, value } = await lines.read();
    if (done) throw new Error(`It ended before it said ${pattern}.`);
    const match = pattern.exec(value);
    if (match !== null) return match;
  }
}

/** A process and those that it started, by whichever of its threads. */
export function treeOf(pid: number): number[] {
  const tasks = [...Deno.readDirSync(`/proc/${pid}/task`)];
  const children = tasks.flatMap(({ name }) =>
    Deno.readTextFileSync(`/proc/${pid}/task/${name}/children`).split(" ")
  );
  return [pid, ...children.filter(Boolean).map(Number)];
}

/** What processes use, all their threads together. */
export function usageOf(pids: readonly number[]): Usage {
  let cpuMs = 0;
  let rssBytes = 0;
  for (const pid of pids) {
    cpuMs += cpuMsIn(Deno.readTextFileSync(`/proc/${pid}/stat`));
    const status = Deno.readTextFileSync(`/proc/${pid}/status`);
    rssBytes += Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
  }
  return { cpuMs, rssBytes };
}

/** Processor time of a process's main thread. */
export function mainThreadMs(pid: number): number {
  return cpuMsIn(Deno.readTextFileSync(`/proc/${pid}/task/${pid}/stat`));
}

/** utime and stime, fields 14 and 15; field 2 may hold spaces, in parentheses. */
function cpuMsIn(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

function lineStream(): TransformStream<string, string> {
  let held = "";
  return new TransformStream({
    transform(text, controller) {
      const lines = (held + text).split("\n");
      held = lines.pop()!;
      for (const line of lines) controller.enqueue(line);
    },
  });
}
