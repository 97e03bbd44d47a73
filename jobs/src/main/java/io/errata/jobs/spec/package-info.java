/** The spec: one YAML file, parsed and checked into records. */
@NullMarked
package io.errata.jobs.spec;

import org.jspecify.annotations.NullMarked;
