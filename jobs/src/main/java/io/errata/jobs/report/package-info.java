/** What a plan looks like to people: its largest corrections, and a page that shows all of it. */
@NullMarked
package io.errata.jobs.report;

import org.jspecify.annotations.NullMarked;
