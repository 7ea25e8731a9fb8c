from __future__ import annotations
import re, html as h
import pytest
from django.db import transaction
from test_words_leak import world, visitor, pages, undone, walk  # noqa
from urllib.parse import urljoin
FORM=re.compile(r'<form\b([^>]*)>(.*?)</form>', re.S)
def attr(text,name):
    m=re.search(rf'\b{name}="([^"]*)"',text); return h.unescape(m.group(1)) if m else None
def forms(path, html):
    for head, body in FORM.findall(html):
        method=(attr(head,'method') or 'get').lower()
        action=urljoin(path, attr(head,'action') or path)
        fields={}
        for tag in re.findall(r'<(?:input|select|button)\b[^>]*>', body):
            n=attr(tag,'name')
            if n: fields[n]=attr(tag,'value') or ''
        for sel,opts in re.findall(r'<select\b([^>]*)>(.*?)</select>', body, re.S):
            n=attr(sel,'name'); v=re.findall(r'value="([^"]+)"',opts)
            if n and v: fields[n]=h.unescape(v[-1])
        for tag in re.findall(r'<textarea\b[^>]*>', body):
            n=attr(tag,'name'); 
            if n: fields[n]='words'
        yield method, action.split('#')[0], fields
NASTY={'nul':'a\0b','long':'9'*20000,'neg':'-1','uni':'\u202e١٢٣\U0001F600','uuid':'00000000-0000-0000-0000-000000000000','html':'"><img src=x>','nan':'NaN','date':'0001-01-01','inf':'99999-12-31'}
@pytest.mark.parametrize("who", ["anonymous","customer",*walk.STAFF])
def test_f(who, world):
    client=visitor(who, world, "en"); client.raise_request_exception=False
    seen={}
    for page in pages(world, who):
        if not any(x in page.path for x in ("ticket","order","refund","desk/perf","regime","incident","gate","counter","organiser","settle","purse")): continue
        with undone():
            a=client.get(page.path)
        if a.status_code!=200 or not a.headers.get('Content-Type','').startswith('text/html'): continue
        for m,action,fields in forms(page.path,a.content.decode()):
            seen.setdefault((m,action.split('?')[0]),{}).update(fields)
    bad=set(); n=0
    for (m,action),fields in seen.items():
        fields.pop('csrfmiddlewaretoken',None)
        if m=='dialog' or 'language' in action: continue
        for name in fields:
            for k,v in NASTY.items():
                sent={**fields,name:v}; n+=1
                with undone():
                    a=client.post(action,sent) if m=='post' else client.get(action,sent)
                if a.status_code>=500:
                    e=getattr(a,'exc_info',None)
                    bad.add((m,re.sub(r'[0-9a-f-]{36}','ID',action),name,k,repr(e[1])[:120] if e else ''))
    print(who,n,len(seen))
    for b in sorted(bad): print(b)
    assert not bad
