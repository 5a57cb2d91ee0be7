import nx from '@nx/eslint-plugin';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['**/dist/**', '**/canary/**', '**/node_modules/**', '.nx/**', '.data/**'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommended],
    languageOptions: {
      parserOptions: { project: './tsconfig.base.json', tsconfigRootDir: import.meta.dirname },
    },
    plugins: { '@nx': nx },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: false }],
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Named exports only.' },
        { selector: 'ExportAllDeclaration', message: 'Name what is exported.' },
      ],
      '@nx/enforce-module-boundaries': [
        'error',
        {
          allow: [],
          depConstraints: [
            { sourceTag: 'type:service', onlyDependOnLibsWithTags: ['type:lib'] },
            { sourceTag: 'type:tool', onlyDependOnLibsWithTags: ['type:lib', 'type:server'] },
            { sourceTag: 'type:server', onlyDependOnLibsWithTags: ['type:lib', 'type:server'] },
            { sourceTag: 'type:lib', onlyDependOnLibsWithTags: ['type:lib', 'type:server'] },
            { sourceTag: 'scope:money', onlyDependOnLibsWithTags: [] },
            {
              sourceTag: 'scope:client',
              onlyDependOnLibsWithTags: [],
              bannedExternalImports: ['@nestjs/*', '@azure/*'],
            },
            { sourceTag: 'scope:contracts', onlyDependOnLibsWithTags: ['scope:money'] },
          ],
        },
      ],
    },
  },
  {
    // Tests and what only they use may reach across: they run services against the local servers.
    files: ['**/*.spec.ts', '**/*-fixture.ts', '**/testing/**', '**/test/**', 'apps/e2e/**'],
    rules: { '@nx/enforce-module-boundaries': 'off' },
  },
);
