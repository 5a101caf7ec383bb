// What the handheld keeps, in the browser's own database: few records, each under a name. What is in "plain" anybody reads
// who has the device; what is in "sealed" is ciphertext (see vault.ts).

export type Shelf = "plain" | "sealed";

const NAME = "habeas-handheld";

function asked<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("the database of the browser failed"));
  });
}

let opened: Promise<IDBDatabase> | undefined;

function database(): Promise<IDBDatabase> {
  opened ??= (() => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("plain");
      request.result.createObjectStore("sealed");
    };
    return asked(request);
  })();
  return opened;
}

/** Does something in one transaction, and returns once it is on disk. */
async function within<T>(shelf: Shelf, mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const transaction = (await database()).transaction(shelf, mode, mode === "readwrite" ? { durability: "strict" } : {});
  const done = new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new Error("the browser kept nothing"));
  });
  const [result] = await Promise.all([asked(act(transaction.objectStore(shelf))), done]);
  return result;
}

/** Reads a record; undefined: there is none. */
export function read<T>(shelf: Shelf, name: string): Promise<T | undefined> {
  return within(shelf, "readonly", (store) => store.get(name) as IDBRequest<T | undefined>);
}

/** Keeps a record in place of the one of that name. */
export async function keep(shelf: Shelf, name: string, value: unknown): Promise<void> {
  await within(shelf, "readwrite", (store) => store.put(value, name));
}

/** Takes a record away. */
export async function drop(shelf: Shelf, name: string): Promise<void> {
  await within(shelf, "readwrite", (store) => store.delete(name));
}

/** The names on a shelf that begin so, in order. */
export async function names(shelf: Shelf, beginning: string): Promise<string[]> {
  const keys = await within(shelf, "readonly", (store) => store.getAllKeys(IDBKeyRange.bound(beginning, `${beginning}\uffff`)));
  return keys.map(String);
}
