// Made from core/solver_worker.ts by `deno task build`; do not edit.
// deno-fmt-ignore-file
// deno-lint-ignore-file
/** The worker, bundled. */
export const SOLVER_WORKER_SOURCE: string = "function f({memory:e,search:r},{constants:n,firstNonce:t,lanes:c,steps:o,target:u}){for(new Int32Array(e.buffer).set(n);o>0;){let s=Math.min(o,16384/c);o-=s;let l=r(t,s,u);if(l>0)return o+l;t+=s*c}return 0}var i=globalThis,m;i.onmessage=({data:e})=>{let r=performance.now(),n=0;if(e instanceof WebAssembly.Module){let{exports:t}=new WebAssembly.Instance(e);m=t}else n=f(m,e);i.postMessage({left:n,milliseconds:performance.now()-r})};";
