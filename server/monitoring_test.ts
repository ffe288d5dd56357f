/** The dashboard and the alarms of docs/monitoring, on a real node and in a real Prometheus. */

import { assert, assertEquals } from "@std/assert";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import {
  MONITORING,
  prometheusMissing,
  promtool,
  withPrometheus,
} from "./testing/prometheus.ts";
import { startWholeNode } from "./testing/whole_node.ts";

const ALERTS = fileURLToPath(new URL("alerts.yml", MONITORING));

function prometheusTest(name: string, fn: () => Promise<void>): void {
  const ignore = prometheusMissing !== "";
  Deno.test({ name: name + prometheusMissing, ignore, fn });
}

/** Expressions of the dashboard, over all nodes. */
async function panelQueries(): Promise<string[]> {
  const file = await Deno.readTextFile(new URL("grafana.json", MONITORING));
  const { panels } = JSON.parse(file) as {
    panels: { targets: { expr: string }[] }[];
  };
  return panels.flatMap(({ targets }) => targets)
    .map(({ expr }) => expr.replaceAll("$instance", ".*"));
}

/** The series that the alarms look at. */
function watchedSeries(alerts: string): string[] {
  return alerts.match(/\b(?:up|sigmesh_\w+)(?:\{[^}]*\})?(?=[ [])/g)!;
}

prometheusTest(
  "each panel and each alarm has something of a real node to show",
  async () => {
    const node = await startWholeNode();
    try {
      await withPrometheus(node, async (query) => {
        // The count of these begins with the first of them.
        const isRead = "rate(sigmesh_http_requests_total[5m])";
        while ((await query(isRead)).length === 0) await delay(100);
        const watched = watchedSeries(await Deno.readTextFile(ALERTS));
        const queries = [...await panelQueries(), ...watched];
        const found = await Promise.all(queries.map(query));
        const empty = queries.filter((_, at) => found[at]!.length === 0);
        assertEquals(empty, []);
        assert(queries.length > 40);
      });
    } finally {
      await node.close();
    }
  },
);

prometheusTest(
  "names and texts of metrics are as Prometheus wants them",
  async () => {
    const node = await startWholeNode();
    const text = await (await fetch(`${node.origin}/metrics`)).text();
    await node.close();
    await promtool(["check", "metrics"], text);
  },
);

/** For each alarm, what it is for: series a minute apart, in promtool's notation. */
const FIRING: Record<string, Record<string, string>> = {
  NodeDown: { 'up{job="sigmesh"}': "0x60" },
  NodeFault: { sigmesh_faults_total: "0x55 1x4" },
  NodeSaturated: {
    sigmesh_pressure: "1.1x60",
    sigmesh_thread_busy_ratio: "1x60",
  },
  NodeFlooded: { sigmesh_pressure: "1x60", sigmesh_thread_busy_ratio: "1x60" },
  FreeRequestsRefused: {
    'sigmesh_unpaid_refused_total{reason="too-busy"}': "0+100x60",
  },
  NodeFull: {
    'sigmesh_streams_refused_total{reason="too-many-subscribers"}': "0+1x60",
  },
  LimitNear: { 'sigmesh_used_ratio{limit="rooms"}': "0.91x60" },
  Alone: { sigmesh_members: "0x60" },
  LinksMissing: { sigmesh_links_missing: "1x60" },
  DhtLost: { sigmesh_dht_contacts: "0x60" },
  TurnDown: { sigmesh_turn_up: "0x60" },
};

/** The same of a node with which all is well, be it one under a flood that it bears. */
const WELL: Record<string, string> = {
  'up{job="sigmesh"}': "1x60",
  sigmesh_faults_total: "1x60",
  sigmesh_pressure: "1x50 2x9",
  sigmesh_thread_busy_ratio: "0.9x60",
  'sigmesh_unpaid_refused_total{reason="too-busy"}': "0+50x60",
  'sigmesh_unpaid_refused_total{reason="too-many-requests"}': "0+1000x60",
  'sigmesh_streams_refused_total{reason="too-many-subscribers-per-address"}':
    "0+1x60",
  'sigmesh_used_ratio{limit="rooms"}': "0.9x60",
  'sigmesh_used_ratio{limit="dhtItems"}': "1x60",
  sigmesh_members: "1x50 0x9",
  sigmesh_links_missing: "0x55 2x4",
  sigmesh_dht_contacts: "20x60",
  sigmesh_turn_up: "1x60",
};

/** What is to fire after an hour. */
function ruleTest(
  series: Record<string, string>,
  firing: readonly string[],
) {
  return {
    interval: "1m",
    input_series: Object.entries(series)
      .map(([name, values]) => ({ series: name, values })),
    promql_expr_test: [{
      expr: 'count by (alertname) (ALERTS{alertstate="firing"})',
      eval_time: "59m",
      exp_samples: firing.map((alertname) => ({
        labels: `{alertname="${alertname}"}`,
        value: 1,
      })),
    }],
  };
}

prometheusTest(
  "each alarm is raised by what it is for, and none by a node with which all is well",
  async () => {
    const alerts = await Deno.readTextFile(ALERTS);
    const names = [...alerts.matchAll(/- alert: (\w+)/g)].map(([, name]) =>
      name
    );
    assertEquals(Object.keys(FIRING).toSorted(), names.toSorted());
    const file = await Deno.makeTempFile({ suffix: ".json" });
    const tests = Object.entries(FIRING)
      .map(([name, series]) => ruleTest(series, [name]));
    await Deno.writeTextFile(
      file,
      JSON.stringify({
        rule_files: [ALERTS],
        evaluation_interval: "1m",
        tests: [...tests, ruleTest(WELL, [])],
      }),
    );
    await promtool(["test", "rules", file]);
    await Deno.remove(file);
  },
);
