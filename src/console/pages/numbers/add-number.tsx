import { Modal } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { queries } from '../../api/query.ts';
import { ResourceForm } from '../../parts/resource-form.tsx';
import { addNumber, NEW_NUMBER_FIELDS, numbersKey } from './numbers.ts';

interface Props {
  account: string;
  open: boolean;
  onClose: () => void;
}

/** Registers a number that is the operator's already: at a carrier, or simulated. */
export function AddNumber({ account, open, onClose }: Props) {
  return (
    <Modal opened={open} onClose={onClose} title="Add a number">
      <ResourceForm
        fields={NEW_NUMBER_FIELDS}
        present={{}}
        action="Add"
        onCancel={onClose}
        onSave={async (form) => {
          const made = await addNumber(account, form);
          await queries.invalidateQueries({ queryKey: numbersKey(account) });
          notifications.show({ message: `${made.phone_number} is here.` });
          onClose();
        }}
      />
    </Modal>
  );
}
