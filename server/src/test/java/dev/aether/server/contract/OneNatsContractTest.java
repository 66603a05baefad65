package dev.aether.server.contract;

import org.junit.jupiter.api.Nested;

/** The contract on two nodes on one real nats-server. */
@OnStore(Fixture.Kind.ONE_NATS)
class OneNatsContractTest {

  @Nested
  class Saving extends SavingContract {
    Saving(Fixture fixture) {
      super(fixture);
    }
  }

  @Nested
  class Repeating extends RepeatingContract {
    Repeating(Fixture fixture) {
      super(fixture);
    }
  }

  @Nested
  class Tracing extends TracingContract {
    Tracing(Fixture fixture) {
      super(fixture);
    }
  }

  @Nested
  class Reading extends ReadingContract {
    Reading(Fixture fixture) {
      super(fixture);
    }
  }

  @Nested
  class Snapshots extends SnapshotsContract {
    Snapshots(Fixture fixture) {
      super(fixture);
    }
  }

  @Nested
  class Loading extends LoadingContract {
    Loading(Fixture fixture) {
      super(fixture);
    }
  }

  @Nested
  class Actors extends ActorsContract {
    Actors(Fixture fixture) {
      super(fixture);
    }
  }

  @Nested
  class Content extends ContentContract {
    Content(Fixture fixture) {
      super(fixture);
    }
  }

  @Nested
  class BadInput extends BadInputContract {
    BadInput(Fixture fixture) {
      super(fixture);
    }
  }

  @Nested
  class Subscribing extends SubscribingContract {
    Subscribing(Fixture fixture) {
      super(fixture);
    }
  }

  @Nested
  class Filtering extends FilteringContract {
    Filtering(Fixture fixture) {
      super(fixture);
    }
  }

  @Nested
  class Resuming extends ResumingContract {
    Resuming(Fixture fixture) {
      super(fixture);
    }
  }

  @Nested
  class Serving extends ServingContract {
    Serving(Fixture fixture) {
      super(fixture);
    }
  }

  @Nested
  class Racing extends RacingContract {
    Racing(Fixture fixture) {
      super(fixture);
    }
  }

  @Nested
  class Streaming extends StreamingContract {
    Streaming(Fixture fixture) {
      super(fixture);
    }
  }

  @Nested
  class ReadingLogs extends ReadingLogsContract {
    ReadingLogs(Fixture fixture) {
      super(fixture);
    }
  }

  @Nested
  class NamespaceCalls extends NamespacesContract {
    NamespaceCalls(Fixture fixture) {
      super(fixture);
    }
  }

  @Nested
  class NamespaceDeletions extends NamespaceDeletionContract {
    NamespaceDeletions(Fixture fixture) {
      super(fixture);
    }
  }

  @Nested
  class Broadcasting extends BroadcastContract {
    Broadcasting(Fixture fixture) {
      super(fixture);
    }
  }

  @Nested
  class Conflicts extends ConflictContract {
    Conflicts(Fixture fixture) {
      super(fixture);
    }
  }

  @Nested
  class CrossNode extends CrossNodeContract {
    CrossNode(Fixture fixture) {
      super(fixture);
    }
  }
}
