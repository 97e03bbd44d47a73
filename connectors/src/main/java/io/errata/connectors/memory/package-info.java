/** Events from memory: a source for tests that passes the same contract. */
@NullMarked
package io.errata.connectors.memory;

import org.jspecify.annotations.NullMarked;
