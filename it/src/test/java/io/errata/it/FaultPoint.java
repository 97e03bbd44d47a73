package io.errata.it;

import io.errata.testkit.PostgresProxy.Moment;
import java.util.Locale;

/**
 * Where a run is hit: a statement of an apply, a rollback or a plan, and the moment in its life.
 */
enum FaultPoint {
  BEFORE_STAGING(Verb.APPLY, "CREATE TEMPORARY TABLE errata_stage", Moment.REQUEST),
  IN_STAGING(Verb.APPLY, "COPY pg_temp.errata_stage", Moment.DATA_IN),
  AFTER_STAGING(Verb.APPLY, "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE", Moment.REQUEST),
  BEFORE_LOCKS(Verb.APPLY, "SELECT pg_advisory_xact_lock", Moment.REQUEST),
  BEFORE_ROW_LOCKS(Verb.APPLY, "SELECT count(*) FROM (SELECT 1 FROM", Moment.REQUEST),
  AFTER_LOCKS(Verb.APPLY, "SELECT count(*) FROM (SELECT 1 FROM", Moment.ANSWER),
  BEFORE_DELETE(Verb.APPLY, "DELETE FROM public.live", Moment.REQUEST),
  BETWEEN_DELETE_AND_UPDATE(Verb.APPLY, "UPDATE public.live", Moment.REQUEST),
  BETWEEN_UPDATE_AND_INSERT(Verb.APPLY, "INSERT INTO public.live", Moment.REQUEST),
  BEFORE_LEDGER(Verb.APPLY, "INSERT INTO \"public\".\"errata_ledger\" ", Moment.REQUEST),
  BEFORE_COMMIT(Verb.APPLY, "COMMIT", Moment.REQUEST),
  AFTER_COMMIT_BEFORE_ANSWER(Verb.APPLY, "COMMIT", Moment.ANSWER),
  IN_READBACK(Verb.APPLY, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", Moment.REQUEST),
  ROLLBACK_IN_STAGING(Verb.ROLLBACK, "COPY pg_temp.errata_stage", Moment.DATA_IN),
  ROLLBACK_AFTER_LOCKS(Verb.ROLLBACK, "SELECT count(*) FROM (SELECT 1 FROM", Moment.ANSWER),
  ROLLBACK_IN_MERGE(Verb.ROLLBACK, "UPDATE public.live", Moment.REQUEST),
  ROLLBACK_BEFORE_COMMIT(Verb.ROLLBACK, "COMMIT", Moment.REQUEST),
  ROLLBACK_AFTER_COMMIT(Verb.ROLLBACK, "COMMIT", Moment.ANSWER),
  PLAN_OPENING_SNAPSHOT(Verb.PLAN, "SELECT pg_export_snapshot", Moment.REQUEST),
  PLAN_READING_SNAPSHOT(Verb.PLAN, "COPY (SELECT", Moment.DATA_OUT),
  /** As soon as a file of corrections is there, in the run's staging folder. */
  PLAN_WRITING_CORRECTIONS(Verb.PLAN, "", Moment.REQUEST),
  /** As soon as the plan's folder is there, before its manifest is. */
  PLAN_SEALING(Verb.PLAN, "", Moment.REQUEST);

  /** What is under way. */
  enum Verb {
    APPLY,
    ROLLBACK,
    PLAN
  }

  private final Verb verb;
  private final String statement;
  private final Moment moment;

  FaultPoint(Verb verb, String statement, Moment moment) {
    this.verb = verb;
    this.statement = statement;
    this.moment = moment;
  }

  Verb verb() {
    return verb;
  }

  /** How the statement begins; empty where the point is found by watching the folder of plans. */
  String statement() {
    return statement;
  }

  Moment moment() {
    return moment;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
