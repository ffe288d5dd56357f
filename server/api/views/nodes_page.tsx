/** Other nodes, for people: the page at `/nodes`, and a section of the status page. */

import type { NodeDetail } from "@sigmesh/core/wire";
import type { VNode } from "preact";
import type { MeshOffer } from "../../mesh/members/mesh_offer.ts";
import { Facts, type Page, renderPage } from "./page.tsx";
import { formatCount } from "./quantities.ts";

/** `GET /nodes`. */
export function nodesPage(nodes: readonly NodeDetail[]): Page {
  return renderPage(
    "Other nodes",
    <>
      <h1>Other nodes</h1>
      {nodes.length === 0
        ? <p class="lead">This node knows no other node.</p>
        : (
          <>
            <p class="lead">
              Some that answered this node in the last ten minutes.
            </p>
            <NodesTable nodes={nodes} />
          </>
        )}
    </>,
    { path: "/nodes" },
  );
}

/** The section of the status page; `mesh` is null on a node without. */
export function MeshFacts({ mesh }: { mesh: MeshOffer | null }): VNode {
  return (
    <section>
      <h2>Mesh</h2>
      {mesh?.clockWarning && <p role="alert">{mesh.clockWarning}</p>}
      {mesh === null
        ? <p>None: this node was started with --no-mesh.</p>
        : (
          <Facts
            facts={{
              "Other nodes": (
                <>
                  {formatCount(mesh.size)}, <a href="/nodes">some of them</a>
                </>
              ),
              Links: formatCount(mesh.links),
              "Node key": <code>{mesh.key}</code>,
            }}
          />
        )}
    </section>
  );
}

/** The cheapest first. */
function NodesTable({ nodes }: { nodes: readonly NodeDetail[] }): VNode {
  const sorted = nodes.toSorted((a, b) => a.height - b.height);
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">Node</th>
          <th scope="col">Price, bits</th>
          <th scope="col">Round trip, ms</th>
          <th scope="col">Answered, s ago</th>
          <th scope="col">Link</th>
        </tr>
      </thead>
      <tbody>
        {sorted.map(({ url, height, roundTrip, age, linked }) => (
          <tr key={url}>
            <td>
              <a href={url}>{url}</a>
            </td>
            <td>{height.toFixed(2)}</td>
            <td>{formatCount(roundTrip)}</td>
            <td>{formatCount(age)}</td>
            <td>{linked ? "yes" : "no"}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
