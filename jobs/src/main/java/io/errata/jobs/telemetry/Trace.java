package io.errata.jobs.telemetry;

import io.errata.state.plan.PlanManifest;
import io.errata.state.table.WriteResult;
import java.time.Instant;

/** The spans of one command: one for each verb in it, and within these one for each stage. */
interface Trace extends AutoCloseable {
  /** Goes nowhere. */
  Trace NONE =
      new Trace() {
        @Override
        public void begin(String verb) {}

        @Override
        public void begun(String run, String spec, Instant windowEnd) {}

        @Override
        public void stage(String name) {}

        @Override
        public void planned(PlanManifest plan) {}

        @Override
        public void wrote(String plan, WriteResult result) {}

        @Override
        public void end(int status) {}

        @Override
        public void close() {}
      };

  /** A verb has begun, alone or within another. */
  void begin(String verb);

  /** The run of the innermost verb is known. */
  void begun(String run, String spec, Instant windowEnd);

  /** A stage of the innermost verb has begun; the one before has ended. */
  void stage(String name);

  /** The innermost verb has made a plan. */
  void planned(PlanManifest plan);

  /** The innermost verb has applied a plan, or taken it back, or tried. */
  void wrote(String plan, WriteResult result);

  /** The innermost verb has ended, with its last stage. */
  void end(int status);

  /** Sends what has not been sent. */
  @Override
  void close();
}
