/** The topology: its operators, what travels between them, and how that is written as bytes. */
@NullMarked
package io.errata.jobs.graph;

import org.jspecify.annotations.NullMarked;
