//! Labels along a line: each as near to its place as the others allow, none over another, none outside.

/// The centres of labels that all take `room` along the line from `start` to `end`, for places in rising order.
///
/// When they cannot all fit, they share what there is and come to lie closer than `room`, in order and inside.
pub(super) fn spread(wanted: &[f64], room: f64, apart: f64, start: f64, end: f64) -> Vec<f64> {
    let count = super::super::float(wanted.len().max(1));
    let room = room.min((end - start) / count);
    let pitch = (room + apart).min((end - start - room) / (count - 1.0).max(1.0)).max(room.min(0.0));
    let mut centres: Vec<f64> = Vec::with_capacity(wanted.len());
    for place in wanted {
        let least = centres.last().map_or(start + room / 2.0, |before| before + pitch);
        centres.push(place.max(least));
    }
    let mut most = end - room / 2.0;
    for centre in centres.iter_mut().rev() {
        *centre = centre.min(most);
        most = *centre - pitch;
    }
    centres
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn labels_with_room_stand_at_their_places() {
        assert_eq!(spread(&[100.0, 300.0], 50.0, 10.0, 0.0, 400.0), [100.0, 300.0]);
    }

    #[test]
    fn labels_at_one_place_stand_side_by_side() {
        assert_eq!(spread(&[0.0, 0.0, 400.0, 400.0], 50.0, 10.0, 0.0, 400.0), [25.0, 85.0, 315.0, 375.0]);
    }

    proptest! {
        #[test]
        fn no_label_covers_another_or_leaves_the_line(
            mut wanted in prop::collection::vec(0.0f64..900.0, 1..5),
            room in 10.0f64..400.0,
        ) {
            wanted.sort_by(f64::total_cmp);
            let centres = spread(&wanted, room, 12.0, 0.0, 900.0);
            let room = room.min(900.0 / f64::from(u8::try_from(wanted.len()).unwrap()));
            for pair in centres.windows(2) {
                prop_assert!(pair[1] - pair[0] >= room - 1e-6, "{:?}", centres);
            }
            for centre in centres {
                prop_assert!((room / 2.0 - 1e-6..=900.0 - room / 2.0 + 1e-6).contains(&centre));
            }
        }
    }
}
