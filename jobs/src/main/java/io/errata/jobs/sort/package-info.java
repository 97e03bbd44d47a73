/** Sorts packed records by number in bounded memory, spilling to disk. */
@NullMarked
package io.errata.jobs.sort;

import org.jspecify.annotations.NullMarked;
