/** The declared worker: aggregates that a spec names, with no Java at all. */
@NullMarked
package io.errata.jobs.aggregate;

import org.jspecify.annotations.NullMarked;
