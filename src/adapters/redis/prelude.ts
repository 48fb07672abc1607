/*
 * What happens to jobs in Redis: each change is one script, which sees and leaves everything as it should be. All keys have one hash
 * tag, so that they are in one slot of a cluster, and all are named, as a cluster wants it. Time is the server's.
 *
 * jobs      hash  id → the job as it was posted, which no script reads
 * facts     hash  id → how it stands: { flow, priority, posted, claims, losses, place, due, session, token, request, who, at, trashed, history }
 * ready     zset  flow NUL place NUL id, in the order of these texts: free jobs
 * delayed   zset  id by the time when it is due
 * held      zset  session NUL id: claimed jobs
 * trash     zset  id
 * all       zset  id, in the order of ids: for lists
 * sessions  zset  session by the time when its lease is over
 * requests  hash  session → its last request for jobs
 * done      zset  id of a consumed job by the time when it is forgotten
 * tokens    hash  id of a consumed job → the token that consumed it
 * paused    set   flows, and '' for the board
 * counters  hash  turn, token
 */
export const KEYS = [
  'jobs',
  'facts',
  'ready',
  'delayed',
  'held',
  'trash',
  'all',
  'sessions',
  'requests',
  'done',
  'tokens',
  'paused',
  'counters',
] as const;

/** The channel that says that jobs have become free. */
export const NEWS = 'news';

/** What all scripts have in common. */
export const PRELUDE = `
local jobs, facts, ready, delayed, held, trash, all, sessions, requests, done, tokens, paused, counters = unpack(KEYS)
local call = redis.call
local time = call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local PLACE = 19

local function factsOf(id)
  local text = call('HGET', facts, id)
  if not text then return nil end
  local ok, f = pcall(cjson.decode, text)
  if ok and type(f) == 'table' and type(f.flow) == 'string' and type(f.priority) == 'number' and type(f.posted) == 'number'
    and type(f.claims) == 'number' and type(f.losses) == 'number' then return f end
  return false
end
local function keep(id, f) call('HSET', facts, id, cjson.encode(f)) end
local function mark(f, entry)
  local history = f.history or {}
  history[#history + 1] = entry
  while #history > 20 do table.remove(history, 1) end
  f.history = history
end
local function isAlive(session)
  local untilMs = call('ZSCORE', sessions, session)
  return untilMs and tonumber(untilMs) > now
end
local function nextOf(name) return call('HINCRBY', counters, name, 1) end
local function free(id, f) call('ZADD', ready, 0, f.flow .. '\\0' .. f.place .. '\\0' .. id) end
local function freeAtNewPlace(id, f)
  f.place = string.format('%03d-%015d', 100 - f.priority, nextOf('turn'))
  f.due = nil
  free(id, f)
end
local function unclaim(id, f)
  call('ZREM', held, f.session .. '\\0' .. id)
  local who, at = f.who, f.at
  f.session, f.token, f.request, f.who, f.at = nil, nil, nil, nil, nil
  return who, at
end
local function heldBy(session, most)
  local found = call('ZRANGEBYLEX', held, '[' .. session .. '\\0', '(' .. session .. '\\1', 'LIMIT', 0, most)
  local ids = {}
  for i, member in ipairs(found) do ids[i] = string.sub(member, #session + 2) end
  return ids
end
-- What a session had whose lease is over is free again.
local function freeLost()
  for _, session in ipairs(call('ZRANGEBYSCORE', sessions, '-inf', now, 'LIMIT', 0, 10)) do
    local ids = heldBy(session, 200)
    for _, id in ipairs(ids) do
      local f = factsOf(id)
      if f and f.session == session then
        local who, at = unclaim(id, f)
        f.losses = f.losses + 1
        mark(f, { atMs = at, what = 'lost', who = who })
        free(id, f)
        keep(id, f)
      else
        call('ZREM', held, session .. '\\0' .. id)
        if f == false then call('ZADD', trash, 0, id) end
      end
    end
    if #ids < 200 then
      call('ZREM', sessions, session)
      call('HDEL', requests, session)
    end
  end
end
-- Jobs whose delay is over are free, in the order in which they were due.
local function freeDue()
  for _, id in ipairs(call('ZRANGEBYSCORE', delayed, '-inf', now, 'LIMIT', 0, 200)) do
    call('ZREM', delayed, id)
    local f = factsOf(id)
    if f then
      freeAtNewPlace(id, f)
      keep(id, f)
    elseif f == false then call('ZADD', trash, 0, id) end
  end
end
local function forgetDone()
  for _, id in ipairs(call('ZRANGEBYSCORE', done, '-inf', now, 'LIMIT', 0, 100)) do
    call('ZREM', done, id)
    call('HDEL', tokens, id)
  end
end
local function stateOf(id, f)
  if not f or call('ZSCORE', trash, id) then return 'trashed' end
  if f.session and isAlive(f.session) then return 'claimed' end
  if f.due and f.due > now then return 'delayed' end
  return 'free'
end
local function news() call('PUBLISH', ARGV[1], '') end
`;
