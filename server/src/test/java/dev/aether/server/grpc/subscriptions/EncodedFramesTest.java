package dev.aether.server.grpc.subscriptions;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.Type;
import dev.aether.server.wire.EncodedGetEventsResponse;
import dev.aether.server.wire.EncodedLoadActorResponse;
import dev.aether.server.wire.EncodedReadLogResponse;
import dev.aether.server.wire.EncodedSubscriptionEvents;
import dev.aether.server.wire.SubscriptionFrame;
import dev.aether.v1.GetEventsResponse;
import dev.aether.v1.LoadActorResponse;
import dev.aether.v1.ReadLogResponse;
import dev.aether.v1.SubscribeResponse;
import dev.aether.v1.SubscriptionEvents;
import org.junit.jupiter.api.Test;

/**
 * The messages that keep inner messages encoded have the same wire format as the public messages.
 */
class EncodedFramesTest {
  @Test
  void subscriptionFrameHasTheFieldsOfSubscribeResponse() {
    assertTwin(SubscribeResponse.getDescriptor(), SubscriptionFrame.getDescriptor());
  }

  @Test
  void encodedSubscriptionEventsHasTheFieldsOfSubscriptionEvents() {
    assertTwin(SubscriptionEvents.getDescriptor(), EncodedSubscriptionEvents.getDescriptor());
  }

  @Test
  void theEncodedResponsesOfReadsHaveTheFieldsOfThePublicResponses() {
    assertTwin(ReadLogResponse.getDescriptor(), EncodedReadLogResponse.getDescriptor());
    assertTwin(GetEventsResponse.getDescriptor(), EncodedGetEventsResponse.getDescriptor());
    assertTwin(LoadActorResponse.getDescriptor(), EncodedLoadActorResponse.getDescriptor());
  }

  private static void assertTwin(Descriptor original, Descriptor twin) {
    assertEquals(original.getFields().size(), twin.getFields().size());
    for (FieldDescriptor field : original.getFields()) {
      FieldDescriptor other = twin.findFieldByNumber(field.getNumber());
      assertEquals(field.getName(), other.getName());
      assertEquals(field.isRepeated(), other.isRepeated());
      boolean encoded = field.getType() == Type.MESSAGE && other.getType() == Type.BYTES;
      assertTrue(encoded || field.getType() == other.getType(), field.getFullName());
    }
  }
}
