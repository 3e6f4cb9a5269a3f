# A checkout in Python and SQLite, from the contract of p3-checkout alone: python3 checkout.py FILE
import hashlib, json, os, sqlite3, sys, threading, time, urllib.error, urllib.request, uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

DB = sys.argv[1]
PAY, MAIL = os.environ["PAYMENTS_URL"], os.environ["MAIL_URL"]
local = threading.local()

def db():
    if not hasattr(local, "c"):
        local.c = sqlite3.connect(DB, timeout=20, isolation_level=None)
        local.c.row_factory = sqlite3.Row
    return local.c

db().executescript("""PRAGMA journal_mode=WAL;
CREATE TABLE IF NOT EXISTS product (sku TEXT PRIMARY KEY, name TEXT, price_cents INT, stock INT CHECK (stock >= 0));
CREATE TABLE IF NOT EXISTS cart (id TEXT PRIMARY KEY, bought TEXT);
CREATE TABLE IF NOT EXISTS item (cart TEXT, sku TEXT, quantity INT, PRIMARY KEY (cart, sku));
CREATE TABLE IF NOT EXISTS orders (id TEXT PRIMARY KEY, key TEXT UNIQUE, cart TEXT, token TEXT, state TEXT, lines TEXT, total INT, unsure INT DEFAULT 0, mailed INT DEFAULT 0);
CREATE TABLE IF NOT EXISTS press (key TEXT PRIMARY KEY, hash TEXT, status INT, body TEXT);
CREATE TABLE IF NOT EXISTS event (orders TEXT, step TEXT, at TEXT);""")

class tx:
    def __enter__(self): db().execute("BEGIN IMMEDIATE"); return db()
    def __exit__(self, t, *_): db().execute("ROLLBACK" if t else "COMMIT")

def call(method, url, body=None, key=None, timeout=1):
    req = urllib.request.Request(url, method=method, data=json.dumps(body).encode() if body is not None else None)
    req.add_header("Content-Type", "application/json")
    if key: req.add_header("Idempotency-Key", key)
    try:
        with urllib.request.urlopen(req, timeout=timeout) as r: return r.status, json.load(r)
    except urllib.error.HTTPError as e: return e.code, None
    except Exception: return 0, None

class Problem(Exception):
    def __init__(self, status, title, **more): self.status, self.body = status, dict(type="about:blank", title=title, status=status, **more)

def note(c, order, *steps):
    for s in steps: c.execute("INSERT INTO event VALUES (?,?,?)", (order, s, time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())))

def charge(o):
    known = "failed"
    for n in range(3):
        if n: time.sleep(.1 * n)
        status, _ = call("POST", PAY + "/charges", {"reference": o["id"], "amount_cents": o["total"], "token": o["token"]}, o["id"])
        if status in (200, 201): return "charged"
        if status == 402: return "declined"
        if status == 0: known = "silent"
    return known

def finish(o, known):
    with tx() as c:
        if known == "charged":
            c.execute("UPDATE orders SET state='confirmed' WHERE id=?", (o["id"],)); note(c, o["id"], "charged", "confirmed")
            status, body = 201, shown(dict(o, state="confirmed"))
        else:
            for l in json.loads(o["lines"]): c.execute("UPDATE product SET stock=stock+? WHERE sku=?", (l["quantity"], l["sku"]))
            c.execute("UPDATE orders SET state='cancelled', unsure=? WHERE id=?", (known != "declined", o["id"]))
            c.execute("UPDATE cart SET bought=NULL WHERE id=?", (o["cart"],))
            note(c, o["id"], *(["declined"] if known == "declined" else []), "released")
            status = {"declined": 402, "failed": 502, "silent": 504}[known]
            body = dict(type="about:blank", title="payment " + known, status=status, order_id=o["id"])
        c.execute("UPDATE press SET status=?, body=? WHERE key=?", (status, json.dumps(body), o["key"]))
    return status, body

def shown(o): return {"id": o["id"], "status": o["state"], "items": json.loads(o["lines"]), "total_cents": o["total"]}

def lines(c, cart):
    rows = c.execute("SELECT i.sku, i.quantity, p.price_cents FROM item i JOIN product p USING (sku) WHERE cart=? ORDER BY sku", (cart,)).fetchall()
    return [dict(r) for r in rows]

def total(ls): return sum(l["quantity"] * l["price_cents"] for l in ls)

def open_order(key, raw, b):
    h = hashlib.sha256(raw).hexdigest()
    with tx() as c:
        p = c.execute("SELECT * FROM press WHERE key=?", (key,)).fetchone()
        if p:
            if p["hash"] != h: raise Problem(422, "key used with another body")
            if p["status"] is None: raise Problem(409, "still running")
            return None, (p["status"], json.loads(p["body"]))
        def refuse(pr):
            c.execute("INSERT INTO press VALUES (?,?,?,?)", (key, h, pr.status, json.dumps(pr.body))); return None, (pr.status, pr.body)
        cart = c.execute("SELECT * FROM cart WHERE id=?", (str(b.get("cart_id")),)).fetchone()
        if not cart: return refuse(Problem(404, "no such cart"))
        if cart["bought"]: return refuse(Problem(409, "bought already"))
        ls = lines(c, cart["id"])
        if not ls: return refuse(Problem(422, "empty"))
        for l in ls:
            if c.execute("SELECT stock FROM product WHERE sku=?", (l["sku"],)).fetchone()[0] < l["quantity"]:
                return refuse(Problem(409, "out of stock", sku=l["sku"]))
        for l in ls: c.execute("UPDATE product SET stock=stock-? WHERE sku=?", (l["quantity"], l["sku"]))
        o = dict(id=uuid.uuid4().hex, key=key, cart=cart["id"], token=b["payment_token"], state="reserved", lines=json.dumps(ls), total=total(ls))
        c.execute("INSERT INTO orders (id,key,cart,token,state,lines,total) VALUES (:id,:key,:cart,:token,:state,:lines,:total)", o)
        c.execute("UPDATE cart SET bought=? WHERE id=?", (o["id"], cart["id"]))
        c.execute("INSERT INTO press VALUES (?,?,NULL,NULL)", (key, h)); note(c, o["id"], "reserved")
        return o, None

class H(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    def log_message(self, *a): pass
    def go(self):
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        try: status, body = self.route(raw)
        except Problem as p: status, body = p.status, p.body
        out = json.dumps(body).encode()
        self.send_response(status); self.send_header("Content-Type", "application/problem+json" if status >= 400 else "application/json")
        self.send_header("Content-Length", str(len(out))); self.end_headers(); self.wfile.write(out)
    do_GET = do_PUT = do_POST = go
    def json(self, raw):
        try:
            b = json.loads(raw)
            assert isinstance(b, dict); return b
        except Exception: raise Problem(400, "no JSON object")
    def route(self, raw):
        m, p, c = self.command, self.path.strip("/").split("/"), db()
        match (m, *p):
            case ("PUT", "products", sku):
                b = self.json(raw); c.execute("INSERT OR REPLACE INTO product VALUES (?,?,?,?)", (sku, b["name"], b["price_cents"], b["stock"]))
                return 200, dict(b, sku=sku)
            case ("GET", "products", sku):
                r = c.execute("SELECT * FROM product WHERE sku=?", (sku,)).fetchone()
                if not r: raise Problem(404, "no such product")
                return 200, dict(r)
            case ("POST", "carts"):
                id = uuid.uuid4().hex; c.execute("INSERT INTO cart VALUES (?,NULL)", (id,)); return 201, {"id": id, "items": [], "total_cents": 0}
            case ("GET", "carts", id): return self.cart(c, id)
            case ("PUT", "carts", id, "items", sku):
                q = self.json(raw).get("quantity")
                if type(q) is not int or not 0 <= q <= 1000: raise Problem(422, "quantity", errors=[{"field": "quantity", "message": "0 to 1000"}])
                if not c.execute("SELECT 1 FROM product WHERE sku=?", (sku,)).fetchone(): raise Problem(404, "no such product")
                if not c.execute("SELECT 1 FROM cart WHERE id=?", (id,)).fetchone(): raise Problem(404, "no such cart")
                if q: c.execute("INSERT OR REPLACE INTO item VALUES (?,?,?)", (id, sku, q))
                else: c.execute("DELETE FROM item WHERE cart=? AND sku=?", (id, sku))
                return self.cart(c, id)
            case ("POST", "orders"):
                b, key = self.json(raw), self.headers.get("Idempotency-Key")
                if not key: raise Problem(400, "no key")
                o, answer = open_order(key, raw, b)
                return answer or finish(o, charge(o))
            case ("GET", "orders", id):
                o = c.execute("SELECT * FROM orders WHERE id=?", (id,)).fetchone()
                if not o: raise Problem(404, "no such order")
                return 200, shown(o)
            case ("GET", "orders", id, "events"):
                return 200, {"items": [dict(r) for r in c.execute("SELECT step, at FROM event WHERE orders=? ORDER BY rowid", (id,))]}
        raise Problem(404, "no such address")
    def cart(self, c, id):
        if not c.execute("SELECT 1 FROM cart WHERE id=?", (id,)).fetchone(): raise Problem(404, "no such cart")
        ls = lines(c, id); return 200, {"id": id, "items": ls, "total_cents": total(ls)}

def held(o, back):
    status, body = call("GET", PAY + "/references/" + o["id"])
    if status != 200: return None
    open_ = [x for x in body["items"] if not x["refunded"]]
    if back and any(call("POST", PAY + "/charges/" + x["id"] + "/refund", {})[0] != 200 for x in open_): return None
    return bool(open_)

def worker():
    while True:
        for o in db().execute("SELECT * FROM orders WHERE unsure=1").fetchall():
            if held(o, True) is not None: db().execute("UPDATE orders SET unsure=0 WHERE id=?", (o["id"],))
        time.sleep(.2)

def mailer():
    while True:
        for o in db().execute("SELECT * FROM orders WHERE state='confirmed' AND mailed=0").fetchall():
            if call("POST", MAIL + "/messages", {"order_id": o["id"], "template": "confirmed"}, o["id"])[0] // 100 == 2:
                db().execute("UPDATE orders SET mailed=1 WHERE id=?", (o["id"],))
            else: break
        time.sleep(.2)

def recover(stuck):
    for o in stuck:
        while (h := held(o, False)) is None: time.sleep(.3)
        finish(o, "charged" if h else "failed")

stuck = [dict(o) for o in db().execute("SELECT * FROM orders WHERE state='reserved'")]
for f, a in ((worker, ()), (mailer, ()), (recover, (stuck,))): threading.Thread(target=f, args=a, daemon=True).start()
class S(ThreadingHTTPServer): request_queue_size = 128; daemon_threads = True
S(("127.0.0.1", int(os.environ["PORT"])), H).serve_forever()
