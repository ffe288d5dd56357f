/** What `deno doc --json` says of a module, as far as the API page needs it. */

/** A type as it was written. */
export type TypeNode =
  | { kind: "keyword" | "typeQuery"; value: string }
  | {
    kind: "typeRef";
    value: { typeName: string; typeParams?: TypeNode[] | null };
  }
  | { kind: "union" | "intersection" | "tuple"; value: TypeNode[] }
  | {
    kind: "array" | "parenthesized" | "optional" | "rest";
    value: TypeNode;
  }
  | { kind: "literal"; value: LiteralNode }
  | { kind: "typeOperator"; value: { operator: string; tsType: TypeNode } }
  | {
    kind: "indexedAccess";
    value: { objType: TypeNode; indexType: TypeNode };
  }
  | {
    kind: "fnOrConstructor";
    value: { constructor: boolean; params: ParamNode[]; tsType: TypeNode };
  }
  | { kind: "typeLiteral"; value: MembersNode };

/** A value that is a type. */
export type LiteralNode =
  | { kind: "string"; string: string }
  | { kind: "number"; number: number }
  | { kind: "boolean"; boolean: boolean };

/** A parameter; patterns have no name of their own. */
export type ParamNode =
  | {
    kind: "identifier";
    name: string;
    optional: boolean;
    tsType?: TypeNode;
  }
  | {
    kind: "object";
    props: { key?: string }[];
    optional: boolean;
    tsType?: TypeNode;
  }
  | { kind: "assign"; left: ParamNode }
  | { kind: "rest"; arg: ParamNode; tsType?: TypeNode };

/** Type parameters, parameters and result. */
export interface FunctionNode {
  typeParams?: { name: string; constraint?: TypeNode }[];
  params: ParamNode[];
  returnType?: TypeNode;
}

/** What has a name and perhaps a comment. */
interface Named {
  name: string;
  jsDoc?: { doc?: string };
  optional?: boolean;
  isStatic?: boolean;
  isOverride?: boolean;
  accessibility?: string;
}

export type PropertyNode = Named & { tsType?: TypeNode };

/** Of a class with a `functionDef`, of an interface with its parts. */
export type MethodNode =
  & Named
  & { kind: "method" | "getter" | "setter" }
  & ({ functionDef: FunctionNode } | FunctionNode);

/** Members of an interface or of a type that is written out. */
export interface MembersNode {
  properties?: PropertyNode[];
  methods?: MethodNode[];
  indexSignatures?: { params: ParamNode[]; tsType: TypeNode }[];
}

/** What a name stands for. */
export type Declaration =
  & { jsDoc?: { doc?: string }; location: { filename: string } }
  & (
    | { kind: "function"; def: FunctionNode }
    | {
      kind: "class";
      def: MembersNode & {
        constructors?: {
          jsDoc?: { doc?: string };
          accessibility?: string;
          params: ParamNode[];
        }[];
        extends?: string;
        superTypeParams?: TypeNode[];
      };
    }
    | { kind: "interface"; def: MembersNode & { extends?: TypeNode[] } }
    | { kind: "typeAlias" | "variable"; def: { tsType?: TypeNode } }
  );

/** A name that a package exports. */
export interface PublicSymbol {
  readonly name: string;
  /** As it is imported, `@sigmesh/client`. */
  readonly from: string;
  readonly declaration: Declaration;
}

/** Constructors of what applications only receive say so. */
const IS_NOT_FOR_CALLERS = /^(Use \{@linkcode|Made by )/;

/** Asks Deno what modules export; a name that several export is the first one's. */
export async function readPublicSymbols(
  /** File of each package, by its name. */
  modules: Readonly<Record<string, URL>>,
): Promise<Map<string, PublicSymbol>> {
  const symbols = new Map<string, PublicSymbol>();
  for (const [from, file] of Object.entries(modules)) {
    const { success, stdout, stderr } = await new Deno.Command(
      Deno.execPath(),
      { args: ["doc", "--json", file.href], env: { NO_COLOR: "1" } },
    ).output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
    const { nodes } = JSON.parse(new TextDecoder().decode(stdout));
    for (const { name, declarations } of nodes[file.href].symbols) {
      const [declaration] = declarations;
      // What is not exported but named by what is, is listed too.
      const isExported = declaration.declarationKind === "export" &&
        declaration.kind !== "reference";
      if (symbols.has(name) || !isExported) continue;
      dropConstructors(declaration);
      symbols.set(name, { name, from, declaration });
    }
  }
  return symbols;
}

/** Leaves those that applications call. */
function dropConstructors({ kind, def }: Declaration): void {
  if (kind !== "class") return;
  const isReceived = /(Error|Event)$/.test(def.extends ?? "");
  def.constructors =
    def.constructors?.filter(({ jsDoc, accessibility }) =>
      !isReceived && accessibility === undefined &&
      !IS_NOT_FOR_CALLERS.test(jsDoc?.doc ?? "")
    ) ?? [];
}
