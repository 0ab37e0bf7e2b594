import type { Hono } from 'hono/tiny'
import { invalid } from './control-error.js'
import type { FaultInjector } from './fault-injector.js'
import { readJson } from './request-body.js'
import { describeTriggers } from './triggers.js'

const MOST_COMMAND = 1_024

/** What a fault injector of Redis answers. */
export function addInjectorRoutes(app: Hono, injector: FaultInjector): void {
  const { actions } = injector
  app.post('/action', async c => c.json({ action_id: injector.start(await readJson(c)) }))
  app.get('/action', c => c.json({ actions: actions.list() }))
  app.get('/actions', c => c.json({ actions: actions.list() }))
  app.get('/action/:id', c => c.json(actions.report(c.req.param('id'))))
  app.get('/slot-migrate', c => c.json(describeTriggers(effectIn(c.req.query('effect')), 'slots')))
  app.post('/slot-migrate', c =>
    c.json({ action_id: injector.start({ type: 'slot_migrate', parameters: c.req.query() }) }),
  )
  app.get('/topology-change-standalone', c => c.json(describeTriggers(effectIn(c.req.query('effect')), 'standalone')))
  app.post('/rladmin', async c => {
    const parameters = { rladmin_command: (await c.req.text()).slice(0, MOST_COMMAND) }
    return c.json({ action_id: injector.start({ type: 'execute_rladmin_command', parameters }) })
  })
}

function effectIn(effect = ''): string {
  if (!/^[a-z_-]{1,40}$/.test(effect)) throw invalid('effect must be the name of an effect')
  return effect
}
