/** From rows to events, split by split: what the sources of windows share. */
@NullMarked
package io.errata.connectors.read;

import org.jspecify.annotations.NullMarked;
