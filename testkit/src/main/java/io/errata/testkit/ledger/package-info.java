/**
 * A complete example of a worker, in two versions: account balances from payments. Explained in
 * docs/writing-a-worker.md.
 */
@NullMarked
package io.errata.testkit.ledger;

import org.jspecify.annotations.NullMarked;
