"""p1-tracker in Python's standard library, written from the contract alone: ids
are texts, strangers get 403, bad input 400, the document is OpenAPI 3.0, times
have fractions. `python3 tracker.py FILE` serves it, `… FILE seed` fills it."""
import base64, datetime, hashlib, http.server, json, os, re, secrets, sqlite3, sys, threading, time, urllib.parse, urllib.request, uuid

DB = sqlite3.connect(sys.argv[1], check_same_thread=False, isolation_level=None)
LOCK = threading.RLock()
DB.executescript("""
PRAGMA journal_mode=WAL; PRAGMA foreign_keys=ON;
CREATE TABLE IF NOT EXISTS users (id TEXT PRIMARY KEY, email TEXT NOT NULL COLLATE NOCASE UNIQUE, hash TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS tokens (token TEXT PRIMARY KEY, user TEXT NOT NULL REFERENCES users ON DELETE CASCADE);
CREATE TABLE IF NOT EXISTS projects (seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE, user TEXT NOT NULL REFERENCES users ON DELETE CASCADE,
  name TEXT NOT NULL, description TEXT, created_at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS tasks (seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE, project_id TEXT NOT NULL REFERENCES projects(id) ON DELETE CASCADE,
  title TEXT NOT NULL, status TEXT NOT NULL DEFAULT 'open', priority TEXT NOT NULL, due_at TEXT, created_at TEXT NOT NULL, completed_at TEXT, reminded INTEGER NOT NULL DEFAULT 0);
""")


class Problem(Exception):
    def __init__(self, status, title, fields=None, headers=None):
        self.status, self.title, self.fields, self.headers = status, title, fields, headers or {}


def now():
    return datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="microseconds").replace("+00:00", "Z")


def rows(sql, *args):
    with LOCK:
        cur = DB.execute(sql, args)
        names = [c[0] for c in cur.description or []]
        return [dict(zip(names, r)) for r in cur.fetchall()]


def digest(password, salt):
    return salt + ":" + hashlib.pbkdf2_hmac("sha256", password.encode("utf-8", "surrogatepass"), salt.encode(), 1000).hex()


def utc(value):
    if value is None:
        return None
    try:
        at = datetime.datetime.fromisoformat(value.replace("Z", "+00:00"))
        return at.astimezone(datetime.timezone.utc).isoformat(timespec="microseconds").replace("+00:00", "Z")
    except Exception:
        raise ValueError


PROJECT, TASK = "id, name, description, created_at", "id, project_id, title, status, priority, due_at, created_at, completed_at"


def shown(row):
    return {k: v for k, v in row.items() if k not in ("seq", "user", "reminded")}


def owned(table, id, user):
    sql = "SELECT * FROM projects WHERE id=?" if table == "projects" else "SELECT t.*, p.user FROM tasks t JOIN projects p ON p.id=t.project_id WHERE t.id=?"
    found = rows(sql, id)
    if not found:
        raise Problem(404, "not found")
    if found[0]["user"] != user:
        raise Problem(403, "not yours")
    return found[0]


def page(q, table, where, args):
    limit = q.get("limit", "20")
    if not limit.isdigit() or not 1 <= int(limit) <= 100:
        raise Problem(400, "limit is 1 to 100")
    if "cursor" in q:
        try:
            args.append(int(base64.b64decode(q["cursor"], validate=True)))
        except Exception:
            raise Problem(400, "no such cursor")
        where += " AND x.seq < ?"
    found = rows(f"SELECT x.* FROM {table} WHERE {where} ORDER BY x.seq DESC LIMIT ?", *args, int(limit) + 1)
    more = len(found) > int(limit)
    found = found[: int(limit)]
    return {"items": [shown(r) for r in found], "next_cursor": base64.b64encode(str(found[-1]["seq"]).encode()).decode() if more else None}


def task_fields(body, new):
    out, bad = {}, []
    if new or "title" in body:
        t = body.get("title")
        if not isinstance(t, str) or not t.strip() or len(t) > 200:
            bad.append("title")
        out["title"] = t
    if new or "priority" in body:
        out["priority"] = body.get("priority", "normal")
        if out["priority"] not in ("low", "normal", "high"):
            bad.append("priority")
    if "due_at" in body:
        try:
            out["due_at"] = utc(body["due_at"])
        except ValueError:
            bad.append("due_at")
    if bad:
        raise Problem(400, "bad task", bad)
    try:
        (out["title"] if "title" in out else "").encode()
    except UnicodeEncodeError:
        raise Problem(400, "bad task", ["title"])
    return out


CACHE, BUCKETS = {}, {}


def limited(user):
    hits = [t for t in BUCKETS.get(user, []) if t > time.monotonic() - 10]
    BUCKETS[user] = hits
    if len(hits) >= int(os.environ.get("RATE_LIMIT", "200")):
        raise Problem(429, "slow down", headers={"Retry-After": str(int(hits[0] + 10 - time.monotonic()) + 1)})
    hits.append(time.monotonic())


def register(h, q, body, user):
    email, password = body.get("email"), body.get("password")
    bad = [f for f, ok in (("email", isinstance(email, str) and "@" in email and len(email) <= 254), ("password", isinstance(password, str) and len(password) >= 8)) if not ok]
    if bad:
        raise Problem(400, "bad account", bad)
    id = uuid.uuid4().hex
    try:
        rows("INSERT INTO users VALUES (?,?,?)", id, email, digest(password, secrets.token_hex(8)))
    except sqlite3.IntegrityError:
        raise Problem(409, "taken")
    except UnicodeEncodeError:
        raise Problem(400, "bad account", ["email"])
    return 201, {"id": id, "email": email}


def login(h, q, body, user):
    email, password = body.get("email"), body.get("password")
    if not isinstance(email, str) or not isinstance(password, str):
        raise Problem(401, "no")
    try:
        found = rows("SELECT * FROM users WHERE email=?", email)
    except UnicodeEncodeError:
        found = []
    if not found or digest(password, found[0]["hash"].split(":")[0]) != found[0]["hash"]:
        raise Problem(401, "no")
    token = secrets.token_urlsafe(32)
    rows("INSERT INTO tokens VALUES (?,?)", token, found[0]["id"])
    return 200, {"token": token, "expires_at": "2099-01-01T00:00:00+00:00"}


def list_projects(h, q, body, user):
    key = (user, tuple(sorted(q.items())))
    with LOCK:
        hit = key in CACHE
        if not hit:
            CACHE[key] = page(q, "projects x", "x.user=?", [user])
        h.extra["X-Cache"] = "HIT" if hit else "MISS"
        return 200, CACHE[key]


def forget(user):
    with LOCK:
        for k in [k for k in CACHE if k[0] == user]:
            del CACHE[k]


def project_fields(body, new):
    out = {k: body[k] for k in ("name", "description") if k in body}
    if new or "name" in out:
        n = out.get("name")
        if not isinstance(n, str) or not n.strip() or len(n) > 100:
            raise Problem(400, "bad project", ["name"])
    if not isinstance(out.get("description", ""), (str, type(None))):
        raise Problem(400, "bad project", ["description"])
    try:
        "".join(v or "" for v in out.values()).encode()
    except UnicodeEncodeError:
        raise Problem(400, "bad project", ["name"])
    return out


def create_project(h, q, body, user):
    f, id = project_fields(body, True), uuid.uuid4().hex
    with LOCK:
        rows("INSERT INTO projects (id, user, name, description, created_at) VALUES (?,?,?,?,?)", id, user, f["name"], f.get("description"), now())
        forget(user)
    h.extra["Location"] = f"http://{h.headers['Host']}/projects/{id}"
    return 201, shown(owned("projects", id, user))


def show_project(h, q, body, user, id):
    return 200, shown(owned("projects", id, user))


def change(table, f, id):
    for k, v in f.items():
        rows(f"UPDATE {table} SET {k}=? WHERE id=?", v, id)


def change_project(h, q, body, user, id):
    owned("projects", id, user)
    with LOCK:
        change("projects", project_fields(body, False), id)
        forget(user)
    return 200, shown(owned("projects", id, user))


def delete_project(h, q, body, user, id):
    owned("projects", id, user)
    with LOCK:
        rows("DELETE FROM projects WHERE id=?", id)
        forget(user)
    return 204, None


def create_task(h, q, body, user, id):
    owned("projects", id, user)
    f, task = task_fields(body, True), uuid.uuid4().hex
    rows("INSERT INTO tasks (id, project_id, title, priority, due_at, created_at) VALUES (?,?,?,?,?,?)", task, id, f["title"], f["priority"], f.get("due_at"), now())
    h.extra["Location"] = f"/tasks/{task}"
    return 201, shown(owned("tasks", task, user))


def list_tasks(h, q, body, user):
    where, args = "p.user=?", [user]
    for k, allowed in (("status", ("open", "done")), ("priority", ("low", "normal", "high"))):
        if k in q:
            if q[k] not in allowed:
                raise Problem(400, "bad filter", [k])
            where, args = where + f" AND x.{k}=?", args + [q[k]]
    if "project_id" in q:
        where, args = where + " AND x.project_id=?", args + [q["project_id"]]
    if "due_before" in q:
        try:
            where, args = where + " AND x.due_at<?", args + [utc(q["due_before"])]
        except ValueError:
            raise Problem(400, "bad filter", ["due_before"])
    return 200, page(q, "tasks x JOIN projects p ON p.id=x.project_id", where, args)


def show_task(h, q, body, user, id):
    return 200, shown(owned("tasks", id, user))


def change_task(h, q, body, user, id):
    owned("tasks", id, user)
    f = task_fields(body, False)
    if "project_id" in body:
        owned("projects", body["project_id"] if isinstance(body["project_id"], str) else "", user)
        f["project_id"] = body["project_id"]
    change("tasks", f, id)
    return 200, shown(owned("tasks", id, user))


def delete_task(h, q, body, user, id):
    owned("tasks", id, user)
    rows("DELETE FROM tasks WHERE id=?", id)
    return 204, None


def complete(h, q, body, user, id):
    owned("tasks", id, user)
    rows("UPDATE tasks SET status='done', completed_at=? WHERE id=? AND status='open'", now(), id)
    return 200, shown(owned("tasks", id, user))


def document(h, q, body, user):
    text = {"type": "string"}
    maybe = {"type": "string", "nullable": True}
    obj = lambda **p: {"type": "object", "properties": p}
    content = lambda s, kind="application/json": {kind: {"schema": s}}
    problem = {"description": "error", "content": content(obj(title=text, status={"type": "integer"}), "application/problem+json")}
    project = {**obj(id=text, name=text, description=maybe, created_at=text), "required": ["id", "name"]}
    task = {**obj(id=text, project_id=text, title=text, status=text, priority=text, due_at=maybe, created_at=text, completed_at=maybe), "required": ["id", "due_at"]}
    many = lambda s: obj(items={"type": "array", "items": s}, next_cursor=maybe)
    paths = {}

    def op(method, path, answer, status, body=None, open=False):
        o = {"responses": {str(status): {"description": "good"}, "default": problem}}
        if answer:
            o["responses"][str(status)]["content"] = content(answer)
        if not open:
            o["responses"]["401"] = problem
        if body:
            o["requestBody"] = {"content": content(body)}
        item = paths.setdefault(path, {})
        item[method] = o
        if "{" in path:
            item["parameters"] = [{"name": re.search(r"{(\w+)}", path)[1], "in": "path", "required": True, "schema": text}]

    account, new_project, new_task = obj(email=text, password=text), obj(name=text, description=text), obj(title=text, priority=text, due_at=maybe, project_id=text)
    op("post", "/auth/register", obj(id=text, email=text), 201, account, True)
    op("post", "/auth/login", obj(token=text, expires_at=text), 200, account, True)
    op("get", "/projects", many(project), 200)
    op("post", "/projects", project, 201, new_project)
    op("get", "/projects/{project}", project, 200)
    op("patch", "/projects/{project}", project, 200, new_project)
    op("delete", "/projects/{project}", None, 204)
    op("post", "/projects/{project}/tasks", task, 201, new_task)
    op("get", "/tasks", many(task), 200)
    op("get", "/tasks/{task}", task, 200)
    op("patch", "/tasks/{task}", task, 200, new_task)
    op("delete", "/tasks/{task}", None, 204)
    op("post", "/tasks/{task}/complete", task, 200)
    return 200, {"openapi": "3.0.3", "info": {"title": "Tracker", "version": "1"}, "servers": [{"url": "https://api.example.test/v1"}], "paths": paths}


ROUTES = [
    ("POST", "/auth/register", register), ("POST", "/auth/login", login), ("GET", "/openapi.json", document),
    ("GET", "/healthz", lambda h, q, b, u: (200, {"status": "ok"})),
    ("GET", "/projects", list_projects), ("POST", "/projects", create_project), ("GET", "/projects/([^/]+)", show_project),
    ("PATCH", "/projects/([^/]+)", change_project), ("DELETE", "/projects/([^/]+)", delete_project), ("POST", "/projects/([^/]+)/tasks", create_task),
    ("GET", "/tasks", list_tasks), ("GET", "/tasks/([^/]+)", show_task), ("PATCH", "/tasks/([^/]+)", change_task),
    ("DELETE", "/tasks/([^/]+)", delete_task), ("POST", "/tasks/([^/]+)/complete", complete),
]
OPEN = (register, login, document)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version, wbufsize = "HTTP/1.1", 1 << 16  # an answer in one packet

    def log_message(self, *args):
        pass

    def answer(self):
        self.extra = {}
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        url = urllib.parse.urlsplit(self.path)
        q = dict(urllib.parse.parse_qsl(url.query, errors="replace"))
        try:
            for method, path, f in ROUTES:
                m = re.fullmatch(path, url.path)
                if m and method == self.command:
                    user = None
                    if f not in OPEN and path != "/healthz":
                        found = rows("SELECT user FROM tokens WHERE token=?", (self.headers.get("Authorization") or "").removeprefix("Bearer "))
                        if not found:
                            raise Problem(401, "sign in", headers={"WWW-Authenticate": "Bearer"})
                        user = found[0]["user"]
                        limited(user)
                    body = {}
                    if method in ("POST", "PATCH") and f is not complete:
                        try:
                            body = json.loads(raw)
                        except ValueError:
                            raise Problem(400, "no JSON")
                        if not isinstance(body, dict):
                            raise Problem(400, "no object")
                    return f(self, q, body, user, *[urllib.parse.unquote(g) for g in m.groups()])
            raise Problem(404, "no such page")
        except Problem as p:
            self.extra = {**p.headers, "Content-Type": "application/problem+json"}
            out = {"title": p.title, "status": p.status}
            if p.fields:
                out["errors"] = [{"field": f, "message": "is not right"} for f in p.fields]
            return p.status, out

    def do(self):
        status, out = self.answer()
        body = b"" if out is None else json.dumps(out).encode()
        self.send_response(status)
        for k, v in {"Content-Type": "application/json; charset=utf-8", **self.extra, "Content-Length": str(len(body))}.items():
            if status != 204 or k not in ("Content-Type", "Content-Length"):
                self.send_header(k, v)
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PATCH = do_DELETE = do_PUT = do


def remind():
    while True:
        time.sleep(0.3)
        until = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=2)).isoformat(timespec="microseconds").replace("+00:00", "Z")
        for t in rows("SELECT id, due_at FROM tasks WHERE status='open' AND reminded=0 AND due_at<=?", until):
            try:
                req = urllib.request.Request(os.environ["NOTIFY_URL"], json.dumps({"task_id": t["id"], "due_at": t["due_at"]}).encode(), {"Content-Type": "application/json"})
                urllib.request.urlopen(req, timeout=2).close()
                rows("UPDATE tasks SET reminded=1 WHERE id=?", t["id"])
            except OSError:
                time.sleep(0.7)


def seed():
    rows("DELETE FROM users WHERE email='demo@example.test'")
    user = uuid.uuid4().hex
    rows("INSERT INTO users VALUES (?,?,?)", user, "demo@example.test", digest("demo-password", secrets.token_hex(8)))
    for name in ("Garden", "Kitchen"):
        project = uuid.uuid4().hex
        rows("INSERT INTO projects (id, user, name, created_at) VALUES (?,?,?,?)", project, user, name, now())
        for i in range(3):
            rows("INSERT INTO tasks (id, project_id, title, priority, status, due_at, created_at) VALUES (?,?,?,?,?,?,?)",
                 uuid.uuid4().hex, project, f"Step {i}", "normal", ["open", "done"][i % 2], utc("2031-01-01T00:00:00Z") if i else None, now())


if len(sys.argv) > 2:
    seed()
else:
    if os.environ.get("NOTIFY_URL"):
        threading.Thread(target=remind, daemon=True).start()
    http.server.ThreadingHTTPServer.request_queue_size = 256
    http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "8080"))), Handler).serve_forever()
