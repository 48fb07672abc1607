import { PRELUDE } from './prelude.js';

const script = (body: string): string => PRELUDE + body;

/** What a board does, a script each, and what each is called with. */
export const SCRIPTS = {
  /** channel, then for each: id, flow, priority, delayMs, job */
  post: script(`
forgetDone()
local posted = {}
local isFree = false
for i = 2, #ARGV, 5 do
  local id, flow, priority, delay = ARGV[i], ARGV[i + 1], tonumber(ARGV[i + 2]), tonumber(ARGV[i + 3])
  local forgotten = call('ZSCORE', done, id)
  if call('HEXISTS', jobs, id) == 1 or call('HEXISTS', facts, id) == 1 or (forgotten and tonumber(forgotten) > now) then
    posted[#posted + 1] = 0
  else
    local f = { flow = flow, priority = priority, posted = now, claims = 0, losses = 0 }
    call('HSET', jobs, id, ARGV[i + 4])
    call('ZADD', all, 0, id)
    call('ZREM', done, id)
    if delay > 0 then
      f.due = now + delay
      call('ZADD', delayed, f.due, id)
    else
      freeAtNewPlace(id, f)
      isFree = true
    end
    keep(id, f)
    posted[#posted + 1] = 1
  end
end
if isFree then news() end
return posted`),

  /** session, leaseMs */
  join: script(`call('ZADD', sessions, now + ARGV[2], ARGV[1]) return 1`),

  /** session, leaseMs */
  renew: script(`
if not isAlive(ARGV[1]) then return 0 end
call('ZADD', sessions, now + ARGV[2], ARGV[1])
return 1`),

  /** session, who, request, limit, then flows */
  claim: script(`
local session, who, request, limit = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
if not isAlive(session) then return redis.error_reply('NOSESSION the session is over') end
local taken = {}
local function give(id, f)
  taken[#taken + 1] = { id, f.token, call('HGET', jobs, id) or '', string.format('%.0f', f.posted), f.claims, f.losses }
end
-- A client sends a request again when its connection broke: the answer is the same.
if call('HGET', requests, session) == request then
  for _, id in ipairs(heldBy(session, 10000)) do
    local f = factsOf(id)
    if f and f.request == request then give(id, f) end
  end
  return taken
end
call('HSET', requests, session, request)
freeLost()
freeDue()
if call('SISMEMBER', paused, '') == 1 then return taken end
local found = {}
for i = 5, #ARGV do
  local flow = ARGV[i]
  if call('SISMEMBER', paused, flow) == 0 then
    for _, member in ipairs(call('ZRANGEBYLEX', ready, '[' .. flow .. '\\0', '(' .. flow .. '\\1', 'LIMIT', 0, limit + 10)) do
      found[#found + 1] = { place = string.sub(member, #flow + 2, #flow + 1 + PLACE), id = string.sub(member, #flow + 3 + PLACE), member = member }
    end
  end
end
table.sort(found, function(a, b) return a.place < b.place end)
for _, one in ipairs(found) do
  if #taken >= limit then break end
  call('ZREM', ready, one.member)
  local f = factsOf(one.id)
  if f then
    f.claims, f.session, f.who, f.at, f.request = f.claims + 1, session, who, now, request
    f.token = string.format('%.0f', nextOf('token'))
    call('ZADD', held, 0, session .. '\\0' .. one.id)
    keep(one.id, f)
    give(one.id, f)
  elseif f == false then call('ZADD', trash, 0, one.id) end
end
return taken`),

  /** session */
  held: script(`
local taken = {}
for _, id in ipairs(heldBy(ARGV[1], 10000)) do
  local f = factsOf(id)
  if f then taken[#taken + 1] = { id, f.token, call('HGET', jobs, id) or '', string.format('%.0f', f.posted), f.claims, f.losses } end
end
return taken`),

  /** channel, session, id, token, then: consume, dedupeMs | abandon, delayMs, counted, reason | trash, code, message */
  end: script(`
local session, id, token, kind = ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local f = factsOf(id)
if f == nil and kind == 'consume' and call('HGET', tokens, id) == token then return 1 end
if not f or f.session ~= session or f.token ~= token or not isAlive(session) then return 0 end
local who = unclaim(id, f)
if kind == 'consume' then
  call('HDEL', jobs, id)
  call('HDEL', facts, id)
  call('ZREM', all, id)
  call('ZADD', done, now + ARGV[6], id)
  call('HSET', tokens, id, token)
  forgetDone()
  return 1
end
if kind == 'trash' then
  f.place = nil
  f.trashed = { code = ARGV[6], message = ARGV[7] }
  mark(f, { atMs = now, what = 'trashed', who = who, reason = ARGV[6] .. ': ' .. ARGV[7] })
  call('ZADD', trash, 0, id)
else
  local delay = tonumber(ARGV[6])
  if ARGV[7] == '1' then f.losses = f.losses + 1 end
  if ARGV[8] ~= '' then mark(f, { atMs = now, what = 'abandoned', who = who, reason = ARGV[8] }) end
  if delay > 0 then
    f.place = nil
    f.due = now + delay
    call('ZADD', delayed, f.due, id)
  else
    free(id, f)
    news()
  end
end
keep(id, f)
return 1`),

  /** session; what it still has is free when others look */
  leave: script(`call('ZADD', sessions, now, ARGV[1]) return 1`),

  /** 'of', ids … | 'after', id or '', how many */
  look: script(`
local ids = {}
if ARGV[1] == 'of' then
  for i = 2, #ARGV do ids[#ids + 1] = ARGV[i] end
else
  ids = call('ZRANGEBYLEX', all, ARGV[2] == '' and '-' or '(' .. ARGV[2], '+', 'LIMIT', 0, ARGV[3])
end
local found = {}
for i, id in ipairs(ids) do
  local f = factsOf(id)
  found[i] = { id, call('HGET', jobs, id), f and call('HGET', facts, id) or '', f == nil and '' or stateOf(id, f) }
end
return found`),

  counts: script(`
freeLost()
local later = call('ZCOUNT', delayed, '(' .. now, '+inf')
return { call('ZCARD', ready) + call('ZCARD', delayed) - later, later, call('ZCARD', held), call('ZCARD', trash) }`),

  /** channel, id */
  requeue: script(`
local id = ARGV[2]
local f = factsOf(id)
if not f then return 0 end
local state = stateOf(id, f)
if state ~= 'trashed' and state ~= 'delayed' then return 0 end
call('ZREM', trash, id)
call('ZREM', delayed, id)
f.trashed = nil
f.losses = 0
mark(f, { atMs = now, what = 'requeued' })
freeAtNewPlace(id, f)
keep(id, f)
news()
return 1`),

  /** id */
  remove: script(`
local id = ARGV[1]
local f = factsOf(id)
if f == nil and call('HEXISTS', jobs, id) == 0 then return 0 end
if stateOf(id, f) == 'claimed' then return 0 end
if f and f.session then unclaim(id, f) end
if f and f.place then call('ZREM', ready, f.flow .. '\\0' .. f.place .. '\\0' .. id) end
for _, index in ipairs({ delayed, trash, all }) do call('ZREM', index, id) end
call('HDEL', jobs, id)
call('HDEL', facts, id)
return 1`),

  /** channel, 'pause' | 'resume', flow or '' */
  pause: script(`
if ARGV[2] == 'pause' then return call('SADD', paused, ARGV[3]) end
news()
return call('SREM', paused, ARGV[3])`),

  paused: script(`return call('SMEMBERS', paused)`),
} as const;
