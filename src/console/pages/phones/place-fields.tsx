/** The place that a message of a channel carries. */
import { ActionIcon, TextInput } from '@mantine/core';
import { X } from 'lucide-react';
import classes from './place-fields.module.css';

/** As typed. */
export interface Place {
  latitude: string;
  longitude: string;
  label: string;
}

/** As the test side takes it, which judges it. */
export function placeOf({ latitude, longitude, label }: Place) {
  return { latitude: Number(latitude), longitude: Number(longitude), ...(label !== '' && { label }) };
}

interface Props {
  place: Place;
  onChange: (place: Place) => void;
  onClose: () => void;
}

export function PlaceFields({ place, onChange, onClose }: Props) {
  const field = (name: keyof Place, label: string) => (
    <TextInput
      size="xs"
      label={label}
      value={place[name]}
      onChange={(event) => onChange({ ...place, [name]: event.currentTarget.value })}
    />
  );
  return (
    <div className={classes.place}>
      {field('latitude', 'Latitude')}
      {field('longitude', 'Longitude')}
      {field('label', 'Label')}
      <ActionIcon aria-label="No place" onClick={onClose}>
        <X size={14} />
      </ActionIcon>
    </div>
  );
}
