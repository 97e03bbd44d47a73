/**
 * Workers in Java: found, chosen by version, and looked into for what could make them answer
 * differently twice.
 */
@NullMarked
package io.errata.jobs.worker;

import org.jspecify.annotations.NullMarked;
