/** Types and signatures, as people write them. */

import type {
  FunctionNode,
  LiteralNode,
  MembersNode,
  MethodNode,
  ParamNode,
  PropertyNode,
  TypeNode,
} from "./declarations.ts";

/** Throws TypeError for a kind of type that this page has not had before. */
export function typeText(type: TypeNode): string {
  const { kind, value } = type;
  switch (kind) {
    case "keyword":
      return value;
    case "typeQuery":
      return `typeof ${value}`;
    case "typeRef":
      return value.typeName + listText(value.typeParams ?? [], "<>");
    case "union":
      return value.map(typeText).join(" | ");
    case "intersection":
      return value.map(typeText).join(" & ");
    case "tuple":
      return listText(value, "[]") || "[]";
    case "array":
      return `${typeText(value)}[]`;
    case "parenthesized":
      return `(${typeText(value)})`;
    case "optional":
      return `${typeText(value)}?`;
    case "rest":
      return `...${typeText(value)}`;
    case "literal":
      return literalText(value);
    case "typeOperator":
      return `${value.operator} ${typeText(value.tsType)}`;
    case "indexedAccess":
      return `${typeText(value.objType)}[${typeText(value.indexType)}]`;
    case "fnOrConstructor": {
      const { params, tsType } = value;
      const word = value.constructor ? "new " : "";
      return `${word}(${paramsText(params)}) => ${typeText(tsType)}`;
    }
    case "typeLiteral":
      return membersText(value);
  }
  throw new TypeError(`No text for a type of the kind ${kind}: add one`);
}

/** `name(parameters): result`. */
export function functionText(
  name: string,
  { typeParams = [], params, returnType }: FunctionNode,
): string {
  const generics = typeParams.map(({ name, constraint }) =>
    constraint ? `${name} extends ${typeText(constraint)}` : name
  ).join(", ");
  const result = returnType ? `: ${typeText(returnType)}` : "";
  return `${name}${generics && `<${generics}>`}(${
    paramsText(params)
  })${result}`;
}

/** `name: type`. What may be left out need not say that it may be undefined too. */
export function propertyText(
  { name, optional, tsType }: PropertyNode,
): string {
  if (tsType === undefined) return name;
  return `${name}${optional ? "?" : ""}: ${
    typeText(optional ? withoutUndefined(tsType) : tsType)
  }`;
}

/** A method with its parameters, a getter as the property that it looks like. */
export function methodText(method: MethodNode): string {
  const { name, kind } = method;
  const parts = "functionDef" in method ? method.functionDef : method;
  return kind === "method"
    ? functionText(name, parts)
    : `${name}: ${parts.returnType ? typeText(parts.returnType) : "unknown"}`;
}

export function paramsText(params: readonly ParamNode[]): string {
  return params.map((param) => paramText(param)).join(", ");
}

function paramText(param: ParamNode, hasDefault = false): string {
  switch (param.kind) {
    case "assign":
      return paramText(param.left, true);
    case "rest":
      return `...${
        paramText({ ...param.arg, tsType: param.tsType } as ParamNode)
      }`;
    case "identifier":
      return propertyText({
        name: param.name,
        optional: param.optional || hasDefault,
        ...param.tsType && { tsType: param.tsType },
      });
    case "object":
      return propertyText({
        // A name of its own says more than the names of all that is in it.
        name: param.tsType?.kind === "typeLiteral"
          ? `{ ${param.props.map(({ key }) => key).join(", ")} }`
          : "options",
        optional: param.optional || hasDefault,
        ...param.tsType && { tsType: param.tsType },
      });
  }
}

function membersText(
  { properties = [], methods = [], indexSignatures = [] }: MembersNode,
): string {
  const members = [
    ...indexSignatures.map(({ params, tsType }) =>
      `[${paramsText(params)}]: ${typeText(tsType)}`
    ),
    ...properties.map(propertyText),
    ...methods.map(methodText),
  ];
  return members.length > 0 ? `{ ${members.join("; ")} }` : "{}";
}

function literalText(literal: LiteralNode): string {
  switch (literal.kind) {
    case "string":
      return JSON.stringify(literal.string);
    case "number":
      return `${literal.number}`;
    case "boolean":
      return `${literal.boolean}`;
  }
}

function listText(types: readonly TypeNode[], [open, close]: string): string {
  return types.length > 0
    ? `${open}${types.map(typeText).join(", ")}${close}`
    : "";
}

function withoutUndefined(type: TypeNode): TypeNode {
  if (type.kind !== "union") return type;
  const value = type.value.filter(({ kind, value }) =>
    kind !== "keyword" || value !== "undefined"
  );
  const [only] = value;
  if (value.length > 1 || only === undefined) return { kind: "union", value };
  return only.kind === "parenthesized" ? only.value : only;
}
