import { expect } from 'chai';
import { bundleDashboard, writeDashboard } from '../../../scripts/dashboard/bundle.ts';
import { errorOf, serve, stopAll } from '../../api/test/support.ts';
import { dashboardFiles } from '../index.ts';

describe('dashboard: page', function () {
  this.timeout(30_000);
  before(async () => {
    await writeDashboard();
  });
  afterEach(stopAll);

  it('is served whole, by itself, without a token and with a policy that lets nothing else in', async () => {
    const files = await dashboardFiles();
    const { get } = await serve({ pages: () => dashboardFiles() });
    for (const { path, type, body } of files) {
      for (const encoding of ['gzip, br', 'identity', 'gzip;q=0']) {
        const headers = { 'accept-encoding': encoding };
        const answer = await get(path, { headers });
        expect(answer.headers.get('content-type')).to.equal(`${type}; charset=utf-8`);
        const policy = answer.headers.get('content-security-policy');
        expect(policy).to.match(/^default-src 'none'; script-src 'self';/);
        expect(policy)
          .to.include("require-trusted-types-for 'script'; trusted-types lit-html")
          .and.not.include('unsafe');
        expect(answer.headers.get('content-encoding')).to.equal(encoding === 'gzip, br' ? 'gzip' : null);
        // What fetch gives is unpacked already.
        expect(Buffer.from(await answer.arrayBuffer()).equals(body)).to.equal(true);
        const etag = answer.headers.get('etag') ?? '';
        expect((await get(path, { headers: { ...headers, 'if-none-match': etag } })).status).to.equal(304);
      }
    }
    const page = files[0]?.body.toString() ?? '';
    const loaded = [...page.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, path]) => path);
    expect(loaded).to.have.members(files.slice(1).map(({ path }) => path));
    expect(page).not.to.match(/<style|style=|<script(?! type="module" src=)|\son\w+=|https?:/);
    expect((await errorOf(await get('/dashboard/other'))).code).to.equal('ROUTE_UNKNOWN');
  });

  it('says how it is made where nobody has made it', async () => {
    const files = await dashboardFiles(new URL('./nowhere/', import.meta.url));
    expect(files.map(({ path, type }) => [path, type])).to.deep.equal([['/dashboard', 'text/html']]);
    expect(files[0]?.body.toString()).to.include('npm run dashboard');
  });

  it('is the same from the same sources, and names no other origin', async () => {
    const [first, second] = [await bundleDashboard(), await bundleDashboard()];
    expect([...first.keys()]).to.have.members(['dashboard.js', 'style.css']);
    expect([...first]).to.deep.equal([...second]);
    for (const text of first.values()) {
      // MIT and BSD ask for it.
      expect(text).to.match(/Permission is hereby granted, free of charge/);
      const origins = [...text.matchAll(/https?:\/\/[\w.-]+/g)].map(([origin]) => origin);
      // Names of namespaces, which nothing is loaded from.
      expect(origins.filter((origin) => origin !== 'http://www.w3.org')).to.deep.equal([]);
    }
  });
});
