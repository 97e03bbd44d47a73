/** The command line: one class for each verb, and what they print. */
@NullMarked
package io.errata.jobs.cli;

import org.jspecify.annotations.NullMarked;
