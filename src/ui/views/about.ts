import type { Asked, Role } from '../base/asked.js';

/** What the page begins with. */
export interface About {
  readonly role: Role;
  readonly apps: readonly { readonly name: string; readonly flows: readonly string[]; readonly readOnly: boolean }[];
}

/** `GET /apps` */
export function aboutView({ apps, role }: Asked): About {
  return {
    role,
    apps: apps.map(({ name, app, inside }) => ({ name, flows: app.flows, readOnly: inside.isReadOnly })),
  };
}
