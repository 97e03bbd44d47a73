/** Corrections, and the sealed directory that holds a plan. */
@NullMarked
package io.errata.state.plan;

import org.jspecify.annotations.NullMarked;
