import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import {
  addCommonOptions,
  addProjectOptions,
  addUpOptions,
  commonOptions,
  upOptions,
  type TypedCommon,
  type TypedUp,
} from './options.ts';

function parse(text: string) {
  const command = addCommonOptions(addUpOptions(addProjectOptions(new Command().argument('[dir]'))));
  command.parse(text.split(' ').filter(Boolean), { from: 'user' });
  return upOptions(command.args[0], command.opts<TypedUp>(), commonOptions(command.opts<TypedCommon>()));
}

describe('upOptions', () => {
  it('has defaults for everything', () => {
    expect(parse('')).toEqual({
      path: null,
      files: [],
      envFiles: [],
      profiles: [],
      services: [],
      projectName: null,
      json: false,
      device: null,
      engine: null,
      watch: false,
      detach: false,
      keep: false,
      volumes: false,
      replace: false,
      port: null,
      listenAll: false,
      open: false,
      install: true,
      stateFolder: null,
    });
  });

  it('reads what chooses files, variables and services, each as often as it is given', () => {
    const typed = '-f a.yaml --file b.yaml --env-file x --env-file y --profile p --service web --service db -p shop';
    expect(parse(typed)).toMatchObject({
      files: ['a.yaml', 'b.yaml'],
      envFiles: ['x', 'y'],
      profiles: ['p'],
      services: ['web', 'db'],
      projectName: 'shop',
    });
  });

  it('reads a path and options in any order', () => {
    expect(parse('--port 0 app --keep --no-install --state=s --json')).toMatchObject({
      path: 'app',
      keep: true,
      port: 0,
      install: false,
      stateFolder: 's',
      json: true,
    });
  });
});
