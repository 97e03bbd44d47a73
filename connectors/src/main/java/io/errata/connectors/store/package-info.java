/** Flink's file systems as archives, plans and checkpoints use them. */
@NullMarked
package io.errata.connectors.store;

import org.jspecify.annotations.NullMarked;
