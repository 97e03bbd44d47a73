/** The canonical form of values and rows, and the digests made of it. */
@NullMarked
package io.errata.state.digest;

import org.jspecify.annotations.NullMarked;
