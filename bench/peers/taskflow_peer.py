"""OpenStack TaskFlow with its SQLAlchemy persistence: answers the same orders as host.mjs, with the same words.

`taskflow`: the serial engine and the backend as they come. `taskflow-tuned`: the parallel engine with as many threads as
there are tasks at a time, for flows whose tasks wait for nothing
(https://docs.openstack.org/taskflow/latest/user/engines.html#parallel), and a pool of a connection a flow
(https://docs.openstack.org/taskflow/latest/user/persistence.html) for many flows, each in a thread of its own.
Undoing is TaskFlow's own.
"""
import contextlib
import json
import os
import signal
import sys
import threading
import time
import traceback
import uuid

try:
    import psycopg2
    import sqlalchemy
    import taskflow.version
    from taskflow import engines, task
    from taskflow.patterns import linear_flow, unordered_flow
    from taskflow.persistence import backends, models
    from taskflow.persistence.backends.sqlalchemy import tables
    MISSING = None
except ImportError as error:
    MISSING = 'not installed for %s (python3-taskflow, python3-sqlalchemy-utils, python3-psycopg2): %s' % (sys.executable, error)

# A flow of 100 steps times 32 would take minutes.
LENGTH_OF_MANY = 10


class StepLatency:
    def __init__(self):
        self.take()

    def begin(self, flow):
        self.calls += 1
        end = self.ends.get(flow)
        if end is not None:
            self.us.append((time.perf_counter() - end) * 1e6)

    def end(self, flow):
        self.ends[flow] = time.perf_counter()

    def take(self):
        taken = {'latenciesUs': getattr(self, 'us', []), 'calls': getattr(self, 'calls', 0)}
        self.ends, self.us, self.calls = {}, [], 0
        return taken


LATENCY = StepLatency()
OPENED = None
IDS = []

if MISSING is None:
    class Step(task.Task):
        """Reads what the one before it made; can be undone."""

        def __init__(self, name, flow, value, provides, turns=0, killed_in=None):
            super().__init__(name, rebind={'value': value}, provides=provides)
            self.flow, self.turns, self.killed_in = flow, turns, killed_in

        def execute(self, value):
            LATENCY.begin(self.flow)
            if value['n'] + 1 == self.killed_in:
                os.kill(os.getpid(), signal.SIGKILL)
            for _ in range(self.turns):
                time.sleep(0)
            after = {'n': value['n'] + 1, 'label': 'step'}
            LATENCY.end(self.flow)
            return after

    class Booking(Step):
        def revert(self, value, result, flow_failures):
            LATENCY.begin('')

    class Failing(task.Task):
        def execute(self):
            LATENCY.begin('')
            raise RuntimeError('nothing left')


def chain(shape, flow, kind=None, killed_in=None):
    built = linear_flow.Flow('chain')
    for n in range(1, shape['length'] + 1):
        built.add((kind or Step)('s%d' % n, flow, 'v%d' % (n - 1), 'v%d' % n, killed_in=killed_in))
    return built


def fan(shape, flow):
    built = unordered_flow.Flow('fan')
    for n in range(1, shape['width'] + 1):
        built.add(Step('s%d' % n, '', 'v0', 'v%d' % n, turns=n % 7))
    return built


def saga(shape, flow):
    return chain({'length': shape['done']}, flow, Booking).add(Failing('last'))


FLOWS = {'sequential': chain, 'memory': chain, 'fanout': fan, 'saga': saga}


class Opened:
    def __init__(self, url, shape, tuned):
        self.shape, self.tuned = shape, tuned
        self.flows = [FLOWS[shape['kind']](shape, 'f%d' % n) for n in range(shape.get('flows', 1))]
        self.backend = None if url is None else backend_of(url, {'max_pool_size': len(self.flows)} if tuned else {})
        self.looking = None if url is None else psycopg2.connect(url)

    def run(self):
        # The common case is a flow at a time, and needs no threads.
        if len(self.flows) == 1:
            return [self.one(self.flows[0])]
        ids = []
        threads = [threading.Thread(target=lambda flow=flow: ids.append(self.one(flow))) for flow in self.flows]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return ids

    def one(self, flow):
        detail = detail_of(self.backend, str(uuid.uuid4()))
        how = {'engine': 'parallel', 'executor': 'threads', 'max_workers': self.shape['width']} if self.tuned and 'width' in self.shape else {}
        engine = engines.load(flow, flow_detail=detail, backend=self.backend, store={'v0': {'n': 0, 'label': 'begin'}}, **how)
        try:
            engine.run()
        except Exception:
            if self.shape['kind'] != 'saga' or engine.storage.get_flow_state() != 'REVERTED':
                raise
        return detail.uuid

    def durable(self, ids):
        if self.looking is None:
            return None
        state = 'REVERTED' if self.shape['kind'] == 'saga' else 'SUCCESS'
        with self.looking, self.looking.cursor() as cursor:
            cursor.execute("select count(*) from atomdetails where parent_uuid = any(%s) and state = %s and name ~ '^(s[0-9]+|last)$'", (ids, state))
            rows = cursor.fetchone()[0]
        # One row an atom: those that are undone were done before; the one that failed has only its failure to be undone.
        return 2 * rows - 1 if self.shape['kind'] == 'saga' else rows

    def close(self):
        if self.backend is not None:
            self.backend.close()
            self.looking.close()


def backend_of(url, more):
    backend = backends.fetch(dict(connection=url.replace('postgres://', 'postgresql://'), **more))
    # Debian's package lacks what `upgrade` needs; these are the tables that it would make.
    metadata = sqlalchemy.MetaData()
    tables.fetch(metadata)
    metadata.create_all(bind=backend.engine)
    return backend


def detail_of(backend, name):
    book, detail = models.LogBook('bench'), models.FlowDetail('bench', uuid=name)
    book.add(detail)
    if backend is not None:
        with contextlib.closing(backend.get_connection()) as connection:
            connection.save_logbook(book)
    return detail


def open_(order):
    global OPENED
    if MISSING is not None:
        return {'leftOut': MISSING}
    shape, tuned = order['shape'], order['form'] == 'tuned'
    versions = ['TaskFlow %s' % taskflow.version.version_string(), 'SQLAlchemy %s' % sqlalchemy.__version__, 'Python %s' % sys.version.split()[0]]
    if tuned and shape['kind'] != 'fanout' and shape.get('flows', 1) == 1:
        return {'same': True}
    if not tuned and shape.get('flows', 1) > 1:
        return {'leftOut': 'not waited for: taskflow-tuned, with a connection a thread, takes no longer'}
    if shape['kind'] == 'resume':
        return {'versions': versions}
    if shape.get('flows', 1) > 1:
        shape['length'] = LENGTH_OF_MANY
    OPENED = Opened(order.get('url'), shape, tuned)
    return {'versions': versions, **({'length': LENGTH_OF_MANY} if shape.get('flows', 1) > 1 else {})}


def sample(order):
    global IDS
    LATENCY.take()
    begun = time.perf_counter()
    IDS = []
    for _ in range(order['rounds']):
        IDS.extend(OPENED.run())
        LATENCY.ends.clear()
    return {'ms': (time.perf_counter() - begun) * 1e3, **LATENCY.take()}


def resume(order):
    """The caller has to know the flow detail and load it again."""
    backend = backend_of(order['url'], {})
    starting = order['phase'] == 'start'
    flow = chain(order['shape'], '', killed_in=order['shape']['killedIn'] if starting else None)
    begun = time.perf_counter()
    if starting:
        detail = detail_of(backend, order['id'])
    else:
        with contextlib.closing(backend.get_connection()) as connection:
            detail = connection.get_flow_details(order['id'])
    engine = engines.load(flow, flow_detail=detail, backend=backend, store={'v0': {'n': 0, 'label': 'begin'}} if starting else None)
    engine.run()
    return {'ms': (time.perf_counter() - begun) * 1e3, 'called': LATENCY.take()['calls']}


ORDERS = {
    'open': open_,
    'wake': lambda order: {},
    'sample': sample,
    'verify': lambda order: {'durable': OPENED.durable(IDS)},
    'rest': lambda order: {},
    'close': lambda order: OPENED.close() or {},
    'resume': resume,
}

with os.fdopen(3, 'w') as answers:
    for line in sys.stdin:
        order = json.loads(line)
        try:
            answer = ORDERS[order['order']](order)
        except Exception:
            answer = {'error': traceback.format_exc()}
        answers.write(json.dumps(answer) + '\n')
        answers.flush()
