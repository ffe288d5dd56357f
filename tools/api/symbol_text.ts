/** What the API page says of one symbol. */

import type {
  Declaration,
  MethodNode,
  PropertyNode,
  PublicSymbol,
  TypeNode,
} from "./declarations.ts";
import { namesIn } from "./reading_order.ts";
import {
  functionText,
  methodText,
  paramsText,
  propertyText,
  typeText,
} from "./type_text.ts";

type Symbols = ReadonlyMap<string, PublicSymbol>;

/** A line of a list of members. */
interface Member {
  readonly name: string;
  readonly text: string;
  readonly doc: string | undefined;
  /** The interface that it is inherited from. */
  readonly of?: string;
}

/** EventTarget's; which events there are is told by an interface. */
const LISTENING = /^(add|remove)EventListener$/;

/** Markdown of a symbol; `symbols` are those of the page, to be linked. */
export function symbolText(
  { name, from, declaration }: PublicSymbol,
  { symbols, own }: { symbols: Symbols; own: string },
): string {
  const links = [...namesIn(declaration)]
    .filter((other) => symbols.has(other) && other !== name)
    .map((other) => linkTo(other));
  return [
    `### ${name}`,
    headOf(name, declaration),
    docText(declaration.jsDoc?.doc, symbols),
    membersOf(declaration, symbols).map((member) => memberText(member, symbols))
      .join("\n"),
    links.length > 0 ? `With ${links.join(", ")}.` : "",
    from === own ? "" : `Of \`${from}\`.`,
  ].filter((text) => text !== "").join("\n\n");
}

/** A comment with its links. Its examples are tested where they come from, if they are to be. */
export function docText(doc: string | undefined, symbols: Symbols): string {
  return (doc ?? "").trim()
    .replaceAll(/\{@link(?:code|plain)? ([\w.]+)\}/g, (_, target: string) => {
      const [name] = target.split(".");
      return symbols.has(name!)
        ? `[\`${target}\`](#${name!.toLowerCase()})`
        : `\`${target}\``;
    })
    .replaceAll(/^```(\w+)( ignore)?$/gm, "```$1 ignore");
}

function linkTo(name: string): string {
  return `[\`${name}\`](#${name.toLowerCase()})`;
}

function headOf(name: string, declaration: Declaration): string {
  switch (declaration.kind) {
    case "function":
      return fenced(`function ${functionText(name, declaration.def)};`);
    case "typeAlias":
      return isBranded(declaration.def.tsType)
        ? "A string."
        : fenced(`type ${name} = ${typeText(declaration.def.tsType!)};`);
    case "variable": {
      const { tsType } = declaration.def;
      return fenced(`const ${name}: ${tsType ? typeText(tsType) : "unknown"};`);
    }
    case "class": {
      const { extends: base, superTypeParams = [] } = declaration.def;
      const value = { typeName: base ?? "", typeParams: superTypeParams };
      return base
        ? `Class, extends \`${typeText({ kind: "typeRef", value })}\`.`
        : "Class.";
    }
    case "interface":
      return "";
  }
}

/** Whether a type is a string that only parsing makes. */
function isBranded(type: TypeNode | undefined): boolean {
  return type?.kind === "intersection" &&
    JSON.stringify(type).includes("__brand");
}

function fenced(code: string): string {
  return "```ts ignore\n" + code + "\n```";
}

function membersOf(declaration: Declaration, symbols: Symbols): Member[] {
  if (declaration.kind === "interface") {
    return interfaceMembers(declaration, symbols);
  }
  if (declaration.kind !== "class") return [];
  const making = (declaration.def.constructors ?? []).map((
    { params, jsDoc },
  ): Member => ({
    name: "constructor",
    text: `constructor(${paramsText(params)})`,
    doc: jsDoc?.doc,
  }));
  return [...making, ...ownMembers(declaration.def)];
}

function ownMembers(
  { properties = [], methods = [] }: {
    properties?: PropertyNode[];
    methods?: MethodNode[];
  },
): Member[] {
  const isPublic = ({ name, isOverride, accessibility }: PropertyNode) =>
    !isOverride && accessibility === undefined && !LISTENING.test(name);
  const member = (node: PropertyNode, text: string): Member => ({
    name: node.name,
    text: node.isStatic ? `static ${text}` : text,
    doc: node.jsDoc?.doc,
  });
  return [
    ...properties.filter(isPublic).map((node) =>
      member(node, propertyText(node))
    ),
    ...methods.filter((node) => isPublic(node) && node.kind !== "setter")
      .map((node) => member(node, methodText(node))),
  ];
}

/** Its own members and those that it inherits, each once. */
function interfaceMembers(
  { def }: Declaration & { kind: "interface" },
  symbols: Symbols,
): Member[] {
  const members = ownMembers(def);
  for (const base of def.extends ?? []) {
    const { name, omitted } = baseOf(base);
    const inherited = symbols.get(name)?.declaration;
    if (inherited?.kind !== "interface") continue;
    for (const member of interfaceMembers(inherited, symbols)) {
      const isNew = !omitted.includes(member.name) &&
        !members.some(({ name }) => name === member.name);
      if (isNew) members.push({ of: name, ...member });
    }
  }
  return members;
}

/** `Base` or `Omit<Base, "names">`. */
function baseOf(type: TypeNode): { name: string; omitted: string[] } {
  if (type.kind !== "typeRef") return { name: "", omitted: [] };
  const { typeName, typeParams } = type.value;
  const [base, names] = typeParams ?? [];
  if (typeName !== "Omit" || base?.kind !== "typeRef" || names === undefined) {
    return { name: typeName, omitted: [] };
  }
  const literals = names.kind === "union" ? names.value : [names];
  return {
    name: base.value.typeName,
    omitted: literals.map((literal) => JSON.parse(typeText(literal))),
  };
}

function memberText({ text, doc, of }: Member, symbols: Symbols): string {
  const told = docText(doc, symbols).replaceAll("\n", "\n  ");
  const source = of ? ` (as ${linkTo(of)} has it)` : "";
  return `- \`${text}\`${source}${told && `: ${told}`}`;
}
