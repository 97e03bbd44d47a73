/**
 * What {@code errata demo} shows: generated events, a table that a bug went over, and a database to
 * keep it in.
 */
@NullMarked
package io.errata.jobs.demo;

import org.jspecify.annotations.NullMarked;
