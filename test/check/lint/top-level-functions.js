/** A function at the top level of a file is a declaration, unless its type is given by a name (`const f: Handler = …`). */
const rule = {
  meta: { type: 'suggestion', messages: { declare: 'Declare the function `{{name}}` with `function`.' } },
  create: (context) => ({
    'Program > VariableDeclaration > VariableDeclarator, Program > ExportNamedDeclaration > VariableDeclaration > VariableDeclarator':
      ({ id, init }) => {
        const isFunction = init?.type === 'ArrowFunctionExpression' || init?.type === 'FunctionExpression';
        if (isFunction && !id.typeAnnotation)
          context.report({ node: id, messageId: 'declare', data: { name: id.name } });
      },
  }),
};

export default { meta: { name: 'som3d' }, rules: { 'top-level-functions': rule } };
